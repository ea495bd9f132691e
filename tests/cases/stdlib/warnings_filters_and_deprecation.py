# Warnings: categories, filters, recording, turning them into errors, once per place and a deprecation decorator.
import functools
import warnings


class SlowWarning(UserWarning):
    pass


def deprecated(replacement):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            warnings.warn(f"{function.__name__} is deprecated, use {replacement}", DeprecationWarning, stacklevel=2)
            return function(*args, **kwargs)

        return wrapper

    return decorate


@deprecated("total")
def add_up(values):
    return sum(values)


def busy(n):
    if n > 2:
        warnings.warn(SlowWarning(f"{n} is slow"))
    return n * n


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print(add_up([1, 2]), busy(3), busy(1))
    print([(w.category.__name__, str(w.message)) for w in caught])
    print(caught[0].lineno - caught[1].lineno > 0, caught[0].filename == caught[1].filename, caught[0].line)

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("default")
    for n in (3, 3, 4):
        busy(n)
    print([str(w.message) for w in caught])

with warnings.catch_warnings():
    warnings.simplefilter("error", SlowWarning)
    try:
        busy(5)
    except SlowWarning as exc:
        print("raised:", exc)
    warnings.filterwarnings("ignore", message=r".*deprecated.*")
    print(add_up([4]))

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("ignore")
    warnings.filterwarnings("always", category=DeprecationWarning, module=__name__)
    busy(9)
    add_up([])
    warnings.warn_explicit("by hand", FutureWarning, "other.py", 7, module="other")
    print(len(caught), caught[0].category.__name__)
print(warnings.formatwarning("text", UserWarning, "file.py", 3, "x = 1").splitlines())
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    compile("x = 1 is 1", "<s>", "exec")
    compile("'\\d'", "<s>", "exec")
    print([issubclass(w.category, (SyntaxWarning, DeprecationWarning)) for w in caught])
try:
    warnings.simplefilter("loudly")
except (AssertionError, ValueError) as exc:
    print(type(exc).__name__ in ("AssertionError", "ValueError"))

#=> 3 9 1
#=> [('DeprecationWarning', 'add_up is deprecated, use total'), ('SlowWarning', '3 is slow')]
#=> True True None
#=> ['3 is slow', '4 is slow']
#=> raised: 5 is slow
#=> 4
#=> 1 DeprecationWarning
#=> ['file.py:3: UserWarning: text', '  x = 1']
#=> [True, True]
#=> True
