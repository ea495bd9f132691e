# Errors while cleaning up: __exit__ that raises, contexts kept, ExitStack with several failures, and suppression.
from contextlib import ExitStack, closing, contextmanager, nullcontext, redirect_stdout, suppress
import io


class Fragile:
    def __init__(self, name, on_exit=None, swallow=False):
        self.name, self.on_exit, self.swallow = name, on_exit, swallow

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        print(f"exit {self.name} with {kind.__name__ if kind else None}")
        if self.on_exit:
            raise self.on_exit
        return self.swallow


def chain(exc):
    while exc:
        yield repr(exc)
        exc = exc.__context__


try:
    with Fragile("outer", on_exit=OSError("disk full")), Fragile("inner", on_exit=KeyError("lost")):
        raise ValueError("original")
except Exception as exc:
    print(" <- ".join(chain(exc)))

try:
    with ExitStack() as stack:
        stack.enter_context(Fragile("last", swallow=True))
        stack.push(lambda kind, value, trace: print("callback saw", kind.__name__))
        stack.callback(lambda: 1 / 0)
        stack.enter_context(Fragile("first"))
        raise ValueError("body")
finally:
    print("swallowed by the outermost")

with ExitStack() as stack:
    resources = [stack.enter_context(Fragile(name)) for name in "ab"]
    kept = stack.pop_all()
print("nothing closed yet")
kept.close()


@contextmanager
def transaction(log):
    log.append("begin")
    try:
        yield log
    except LookupError as exc:
        log.append(f"rollback {exc}")
    else:
        log.append("commit")


log = []
with transaction(log), suppress(ZeroDivisionError), nullcontext(5) as five:
    print(five / 0)
with transaction(log):
    raise IndexError("row 9")
with redirect_stdout(io.StringIO()) as captured, closing(io.StringIO("text")) as text:
    print("hidden", text.read())
print(log, repr(captured.getvalue()), text.closed)
Fragile("uncaught").__enter__()
with Fragile("final"):
    int("not a number")

#=> exit inner with ValueError
#=> exit outer with KeyError
#=> OSError('disk full') <- KeyError('lost') <- ValueError('original')
#=> exit first with ValueError
#=> callback saw ZeroDivisionError
#=> exit last with ZeroDivisionError
#=> swallowed by the outermost
#=> nothing closed yet
#=> exit b with None
#=> exit a with None
#=> ['begin', 'commit', 'begin', 'rollback row 9'] 'hidden text\n' True
#=> exit final with ValueError
#! ValueError: invalid literal for int() with base 10: 'not a number'
#@ 70
