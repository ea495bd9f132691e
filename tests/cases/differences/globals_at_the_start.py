# guest: code runs as a step of a session: __main__ has final_answer and the tools, and no file
# The value of a last expression, and the answer, go to the host; neither is printed.
import inspect
import sys

print(__name__, "__file__" in globals(), sys.modules["__main__"].__dict__ is globals(), callable(final_answer))
print(final_answer.__name__, list(inspect.signature(final_answer).parameters), len(sys.modules) > 300)
print("pandas" in sys.modules, "matplotlib" in sys.modules, isinstance(sys.argv, list))


def lines_are_known():
    return inspect.getsource(lines_are_known).splitlines()[-1].strip()


class Known:
    def here(self): ...


print(lines_are_known(), "|", inspect.getsource(Known.here).strip())
try:
    inspect.getsource(Known)
except OSError as exc:
    print("a class has no file:", exc)
print("ending with anything but zero is an exception of the step")
raise SystemExit("not zero")

#=> __main__ False True True
#=> final_answer ['answer'] True
#=> True False True
#=> return inspect.getsource(lines_are_known).splitlines()[-1].strip() | def here(self): ...
#=> a class has no file: source code not available
#=> ending with anything but zero is an exception of the step
#! SystemExit: not zero
#@ 25
