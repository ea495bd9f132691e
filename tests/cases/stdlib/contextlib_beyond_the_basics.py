# contextlib: reusable decorators, ExitStack as a dynamic with, AsyncExitStack, chdir and re-entrant managers.
import asyncio
import contextlib
import os
import tempfile


class Timer(contextlib.ContextDecorator):
    depth = 0

    def __enter__(self):
        Timer.depth += 1
        print("  " * Timer.depth + "in")
        return self

    def __exit__(self, *error):
        print("  " * Timer.depth + ("out" if error[0] is None else f"out by {error[0].__name__}"))
        Timer.depth -= 1


@Timer()
def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)


@contextlib.contextmanager
def override(settings, **changes):
    saved = {key: settings[key] for key in changes if key in settings}
    settings.update(changes)
    try:
        yield settings
    finally:
        for key in changes:
            settings.pop(key)
        settings.update(saved)


@contextlib.asynccontextmanager
async def connection(name, log):
    log.append(f"+{name}")
    yield name
    log.append(f"-{name}")


async def main(log):
    async with contextlib.AsyncExitStack() as stack:
        names = [await stack.enter_async_context(connection(name, log)) for name in ("a", "b")]
        stack.push_async_callback(asyncio.sleep, 0)
        stack.callback(log.append, "callback")
        return names


print(factorial(3))
settings = {"debug": False, "level": 1}
with override(settings, debug=True, extra="yes") as inside:
    print(dict(inside))
print(settings)
with contextlib.suppress(ZeroDivisionError), Timer():
    1 / 0
log = []
print(asyncio.run(main(log)), log)
with tempfile.TemporaryDirectory() as folder:
    before = os.getcwd()
    with contextlib.chdir(folder):
        open("here.txt", "w").close()
        print(os.listdir(), os.getcwd() != before)
    print(os.getcwd() == before, os.listdir(folder))
broken = contextlib.contextmanager(lambda: iter(()))
try:
    with broken():
        pass
except (RuntimeError, TypeError) as exc:
    print(f"{type(exc).__name__}: {exc}")

#=>   in
#=>     in
#=>       in
#=>       out
#=>     out
#=>   out
#=> 6
#=> {'debug': True, 'level': 1, 'extra': 'yes'}
#=> {'level': 1, 'debug': False}
#=>   in
#=>   out by ZeroDivisionError
#=> ['a', 'b'] ['+a', '+b', 'callback', '-b', '-a']
#=> ['here.txt'] True
#=> True ['here.txt']
#=> RuntimeError: generator didn't yield
