# Blocking functions from async code: to_thread, executors, run_coroutine, Runner and loop callbacks.
import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

user = ContextVar("user", default="nobody")


def blocking(base, exponent=2):
    if base < 0:
        raise ValueError("negative base")
    return base**exponent


def whoami():
    return user.get()


async def gather_numbers():
    return await asyncio.gather(*(asyncio.to_thread(blocking, n) for n in range(5)))


async def main():
    print(await gather_numbers(), await asyncio.to_thread(blocking, 2, exponent=10))
    user.set("ada")
    print(await asyncio.to_thread(whoami))
    try:
        await asyncio.to_thread(blocking, -1)
    except ValueError as exc:
        print("ValueError:", exc)
    loop = asyncio.get_running_loop()
    print(await loop.run_in_executor(None, blocking, 3))
    with ThreadPoolExecutor(max_workers=2) as pool:
        print(await loop.run_in_executor(pool, blocking, 5), list(pool.map(blocking, [1, 2, 3])))
        future = pool.submit(blocking, 6, 3)
        print(await asyncio.wrap_future(future), future.done())
    return "main is over"


print(asyncio.run(main()))
with asyncio.Runner() as runner:
    print(runner.run(asyncio.sleep(0, "first")), runner.run(gather_numbers()), runner.get_loop().is_running())
loop = asyncio.new_event_loop()
order = []
loop.call_soon(order.append, "a")
handle = loop.call_later(0, order.append, "cancelled")
handle.cancel()
loop.call_soon(loop.stop)
loop.run_forever()
print(order, loop.run_until_complete(asyncio.sleep(0, "done")), handle.cancelled())
print(loop.is_closed(), loop.close(), loop.is_closed())
try:
    asyncio.get_running_loop()
except RuntimeError as exc:
    print("RuntimeError:", exc)

#=> [0, 1, 4, 9, 16] 1024
#=> ada
#=> ValueError: negative base
#=> 9
#=> 25 [1, 4, 9]
#=> 216 True
#=> main is over
#=> first [0, 1, 4, 9, 16] False
#=> ['a'] done True
#=> False None True
#=> RuntimeError: no running event loop
