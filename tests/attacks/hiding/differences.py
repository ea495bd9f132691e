# Compares texts by algorithms whose time is a square or a cube of their length.
#% limits: time=300ms
import difflib, fnmatch, textwrap
list(difflib.ndiff(["a" * n + "b" for n in range(200)], ["b" * n + "a" for n in range(200)]))
while True:
    fnmatch.fnmatch("a" * 40, "*a" * 30 + "b")
#% ends: limit time_ms
#% session: either
