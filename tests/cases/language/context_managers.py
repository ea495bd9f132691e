# Context managers: suppression from __exit__, contextmanager generators, and ExitStack unwinding order.
from contextlib import ExitStack, contextmanager, suppress


class Ignore:
    def __init__(self, *kinds):
        self.kinds = kinds

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.caught = value
        return kind is not None and issubclass(kind, self.kinds)


@contextmanager
def section(name):
    print(f"<{name}>")
    try:
        yield name.upper()
    finally:
        print(f"</{name}>")


with Ignore(ZeroDivisionError) as ignored:
    print(1 / 0)
print("ignored:", repr(ignored.caught))

with section("a") as a, section("b") as b:
    print(a, b)

try:
    with ExitStack() as stack:
        names = [stack.enter_context(section(tag)) for tag in ("html", "body", "p")]
        stack.callback(print, "callback runs first")
        print(names)
        raise LookupError("inside")
except LookupError as exc:
    print("came out:", exc)

with suppress(KeyError):
    {}["missing"]
print("done")

#=> ignored: ZeroDivisionError('division by zero')
#=> <a>
#=> <b>
#=> A B
#=> </b>
#=> </a>
#=> <html>
#=> <body>
#=> <p>
#=> ['HTML', 'BODY', 'P']
#=> callback runs first
#=> </p>
#=> </body>
#=> </html>
#=> came out: inside
#=> done
