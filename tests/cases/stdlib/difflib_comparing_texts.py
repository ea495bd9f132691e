# difflib: unified and context diffs, opcodes, ratios, close matches, restoring and junk.
import difflib

before = """def total(items):
    result = 0
    for item in items:
        result += item
    return result
""".splitlines(keepends=True)
after = """def total(items, start=0):
    result = start
    for item in items:
        result += item
    print(result)
    return result
""".splitlines(keepends=True)

print("".join(difflib.unified_diff(before, after, "old.py", "new.py", n=1)), end="")
delta = list(difflib.ndiff(before, after))
print([line.rstrip() for line in delta if line.startswith("?")])
print("".join(difflib.restore(delta, 1)) == "".join(before), "".join(difflib.restore(delta, 2)) == "".join(after))

matcher = difflib.SequenceMatcher(None, "private Thread currentThread;", "private volatile Thread currentThread;")
print(round(matcher.ratio(), 3), matcher.find_longest_match()[:], matcher.get_matching_blocks()[0][:])
a, b = "qabxcd", "abycdf"
for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, a, b).get_opcodes():
    print(f"{tag:<8}a[{i1}:{i2}] {a[i1:i2]!r:>5} -> b[{j1}:{j2}] {b[j1:j2]!r}")
print(difflib.get_close_matches("appel", ["ape", "apple", "peach", "puppy"]), difflib.get_close_matches("xyz", ["ape"]))
print(difflib.get_close_matches("colum", ["column", "columns", "volume", "color"], n=2, cutoff=0.7))


def apply(source, opcodes, target):
    return [item for tag, i1, i2, j1, j2 in opcodes for item in (source[i1:i2] if tag == "equal" else target[j1:j2])]


opcodes = difflib.SequenceMatcher(None, before, after).get_opcodes()
print(apply(before, opcodes, after) == after, [tag for tag, *_ in opcodes])
context = list(difflib.context_diff("a b c".split(), "a x c".split(), lineterm=""))
print(context[3:])
print(difflib.HtmlDiff().make_table(before, after).count("diff_add"), difflib.IS_LINE_JUNK("  #  \n"))
groups = list(difflib.SequenceMatcher(None, range(30), [*range(5), 99, *range(6, 30)]).get_grouped_opcodes(2))
print(len(groups), groups[0])

#=> --- old.py
#=> +++ new.py
#=> @@ -1,5 +1,6 @@
#=> -def total(items):
#=> -    result = 0
#=> +def total(items, start=0):
#=> +    result = start
#=>      for item in items:
#=>          result += item
#=> +    print(result)
#=>      return result
#=> ['?                +++++++++', '?              ^', '?              ^^^^^']
#=> True True
#=> 0.866 (6, 15, 23) (0, 0, 6)
#=> delete  a[0:1]   'q' -> b[0:0] ''
#=> equal   a[1:3]  'ab' -> b[0:2] 'ab'
#=> replace a[3:4]   'x' -> b[2:3] 'y'
#=> equal   a[4:6]  'cd' -> b[3:5] 'cd'
#=> insert  a[6:6]    '' -> b[5:6] 'f'
#=> ['apple', 'ape'] []
#=> ['column', 'columns']
#=> True ['replace', 'equal', 'insert', 'equal']
#=> ['*** 1,3 ****', '  a', '! b', '  c', '--- 1,3 ----', '  a', '! x', '  c']
#=> 2 True
#=> 1 [('equal', 3, 5, 3, 5), ('replace', 5, 6, 5, 6), ('equal', 6, 8, 6, 8)]
