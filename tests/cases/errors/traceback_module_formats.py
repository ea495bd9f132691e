# The traceback module: formatting chains, extracting frames, limits, and capturing an exception as data.
import io
import sys
import traceback


def inner(value):
    return {"a": 1}[value]


def middle(value):
    try:
        return inner(value)
    except KeyError as exc:
        raise RuntimeError(f"no value for {value}") from exc


def outer(value):
    return middle(value)


def shape(text):
    return [line.strip() for line in text.splitlines() if not line.startswith("    ") and line.strip()]


try:
    outer("zzz")
except RuntimeError as exc:
    caught = exc
text = "".join(traceback.format_exception(caught))
for line in shape(text):
    print(line if "File" not in line else line.split(", ", 1)[1])
captured = traceback.TracebackException.from_exception(caught)
print(captured.exc_type.__name__ if sys.version_info < (3, 13) else captured.exc_type_str.split(".")[-1], str(captured))
print([frame.name for frame in captured.stack], [frame.name for frame in captured.__cause__.stack])
print([frame.line for frame in traceback.extract_tb(caught.__traceback__)][-1])
print([f.name for f in traceback.extract_tb(caught.__traceback__, limit=1)],
      [f.name for f in traceback.extract_tb(caught.__traceback__, limit=-1)])
stream = io.StringIO()
traceback.print_exception(caught, file=stream, chain=False)
print("direct cause" in text, "direct cause" in stream.getvalue(), stream.getvalue().count("File"))
deep = lambda n: 1 / 0 if n == 0 else deep(n - 1)
try:
    deep(20)
except ZeroDivisionError as exc:
    repeated = [line for line in traceback.format_exception(exc) if "more times" in line]
    print(len(traceback.extract_tb(exc.__traceback__)), repeated)
walked = [(frame.f_code.co_name, number) for frame, number in traceback.walk_tb(caught.__traceback__)]
print(walked, traceback.format_exception_only(ValueError("x"))[0].strip())

#=> Traceback (most recent call last):
#=> line 13, in middle
#=> line 8, in inner
#=> KeyError: 'zzz'
#=> The above exception was the direct cause of the following exception:
#=> Traceback (most recent call last):
#=> line 27, in <module>
#=> line 19, in outer
#=> line 15, in middle
#=> RuntimeError: no value for zzz
#=> RuntimeError no value for zzz
#=> ['<module>', 'outer', 'middle'] ['middle', 'inner']
#=> raise RuntimeError(f"no value for {value}") from exc
#=> ['<module>'] ['middle']
#=> True False 3
#=> 22 ['  [Previous line repeated 18 more times]\n']
#=> [('<module>', 27), ('outer', 19), ('middle', 15)] ValueError: x
