# Exceptions as objects: hierarchy, args, attributes, notes, tracebacks walked by hand, and re-raising.
import sys
import traceback


class Retry(Exception):
    def __init__(self, attempts, *, after):
        super().__init__(attempts, after)
        self.attempts, self.after = attempts, after

    def __str__(self):
        return f"gave up after {self.attempts} attempts, wait {self.after}s"


def parse(text):
    return int(text)


def load(values):
    numbers = []
    for position, value in enumerate(values):
        try:
            numbers.append(parse(value))
        except ValueError as exc:
            exc.add_note(f"in row {position}")
            exc.add_note("expected digits")
            raise
    return numbers


try:
    load(["1", "2", "three"])
except ValueError as exc:
    frames = traceback.extract_tb(exc.__traceback__)
    print([(frame.name, frame.lineno) for frame in frames], exc.__notes__)
    print([line.strip() for line in traceback.format_exception_only(exc)])
    kept = exc
print(kept.__traceback__.tb_next.tb_frame.f_locals["numbers"], sys.exc_info(), kept.args)
try:
    raise Retry(3, after=10)
except Exception as exc:
    print(exc, "|", repr(exc), "|", exc.args, "|", type(exc).mro()[1:3])
for cls in (IndexError, KeyError, FileNotFoundError, UnicodeDecodeError, RecursionError, StopIteration, KeyboardInterrupt):
    print(cls.__name__, "<", " < ".join(base.__name__ for base in cls.__mro__[1:-2]) or "-")
try:
    raise ValueError
except (TypeError, ValueError) as exc:
    print(repr(exc), exc.args, str(exc) == "")
for wrong in ("raise 5", "raise ValueError from 5", "try: 1/0\nexcept 'x': pass"):
    try:
        exec(wrong)
    except TypeError as exc:
        print("TypeError:", exc)
print(str(KeyError("a b")), str(OSError(2, "gone", "a.txt")), ValueError("a", 1), repr(StopIteration(7).value))

#=> [('<module>', 32), ('load', 23), ('parse', 16)] ['in row 2', 'expected digits']
#=> ["ValueError: invalid literal for int() with base 10: 'three'", 'in row 2', 'expected digits']
#=> [1, 2] (None, None, None) ("invalid literal for int() with base 10: 'three'",)
#=> gave up after 3 attempts, wait 10s | Retry(3, 10) | (3, 10) | [<class 'Exception'>, <class 'BaseException'>]
#=> IndexError < LookupError < Exception
#=> KeyError < LookupError < Exception
#=> FileNotFoundError < OSError < Exception
#=> UnicodeDecodeError < UnicodeError < ValueError < Exception
#=> RecursionError < RuntimeError < Exception
#=> StopIteration < Exception
#=> KeyboardInterrupt < -
#=> ValueError() () True
#=> TypeError: exceptions must derive from BaseException
#=> TypeError: exception causes must derive from BaseException
#=> TypeError: catching classes that do not inherit from BaseException is not allowed
#=> 'a b' [Errno 2] gone: 'a.txt' ('a', 1) 7
