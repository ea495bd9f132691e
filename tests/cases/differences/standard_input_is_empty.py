# guest: nobody types; standard input is at its end
import contextlib
import io
import os
import sys

try:
    answer = input("name?")
except EOFError as exc:
    print()
    print("EOFError:", exc)
print(repr(sys.stdin.read()), list(sys.stdin), sys.stdin.isatty(), sys.stdout.isatty(), os.isatty(0))
sys.stdin = io.StringIO("Ada\n42\n")
print(input(), int(input()))
sys.stdin = sys.__stdin__
try:
    with contextlib.redirect_stdout(io.StringIO()):
        breakpoint()
except BaseException as exc:
    print("the debugger ends at once:", type(exc).__name__)

#=> name?
#=> EOFError: EOF when reading a line
#=> '' [] False False False
#=> Ada 42
#=> the debugger ends at once: SystemExit
