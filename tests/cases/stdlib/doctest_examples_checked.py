# doctest: examples in docstrings and in a text are run, one failure is found, and options change how they compare.
import doctest


def mean(values):
    """The arithmetic mean.

    >>> mean([1, 2, 6])
    3.0
    >>> mean([])
    Traceback (most recent call last):
        ...
    ValueError: no values
    >>> print("two\\n\\nlines")
    two
    <BLANKLINE>
    lines
    """
    if not values:
        raise ValueError("no values")
    return sum(values) / len(values)


def wrong():
    """
    >>> 1 + 1
    3
    >>> [n for n in range(50)]    # doctest: +ELLIPSIS
    [0, 1, ..., 49]
    >>> {"b": 1,   "a": 2}     # doctest: +NORMALIZE_WHITESPACE
    {'b': 1,
     'a': 2}
    """


def run(function):
    lines = []
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(verbose=False)
    for test in finder.find(function, function.__name__, module=False, globs={function.__name__: function}):
        runner.run(test, out=lines.append)
    summary = runner.summarize(verbose=False) if not lines else None
    return runner.tries, runner.failures, "".join(lines), summary


print(run(mean)[:2])
tries, failures, text, _ = run(wrong)
print(tries, failures)
print([line.strip() for line in text.splitlines() if line.strip() and not line.startswith(("*", "File"))])
examples = doctest.DocTestParser().get_examples("Text\n>>> a = 1\n>>> a\n1\nmore text\n")
print([(example.source, example.want, example.lineno) for example in examples])
print(doctest.script_from_examples("note\n>>> x = 2\n>>> x\n2\n").splitlines())
checker = doctest.OutputChecker()
print(checker.check_output("1\n", "1\n", 0), checker.check_output("a b", "a  b", doctest.NORMALIZE_WHITESPACE))
print(checker.check_output("x...z", "xyz", 0))

#=> (3, 0)
#=> 3 1
#=> ['Line 2, in wrong', 'Failed example:', '1 + 1', 'Expected:', '3', 'Got:', '2']
#=> [('a = 1\n', '', 1), ('a\n', '1\nmore text\n', 2)]
#=> ['# note', 'x = 2', 'x', '# Expected:', '## 2']
#=> True True
#=> False
