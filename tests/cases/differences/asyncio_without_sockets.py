# guest: asyncio runs on a loop that waits for time only: no sockets, no processes, no signals, no other threads
# Tasks, timeouts, queues and locks are complete, and a loop in which nothing can happen any more says so.
import asyncio
import signal
import threading
import time


async def main():
    loop = asyncio.get_running_loop()
    print(type(loop).__name__, await asyncio.gather(asyncio.sleep(0.02, "slow"), asyncio.sleep(0, "fast")))
    names = [threading.current_thread().name, await asyncio.to_thread(lambda: threading.current_thread().name)]
    print(names[0] == names[1])
    for make in (lambda: asyncio.open_connection("example.test", 80), lambda: asyncio.start_server(print, port=0),
                 lambda: asyncio.create_subprocess_exec("ls"), lambda: loop.getaddrinfo("example.test", 80)):
        try:
            await make()
        except (OSError, AttributeError, NotImplementedError, RuntimeError) as exc:
            print(type(exc).__name__)
    try:
        loop.add_signal_handler(signal.SIGINT, print)
    except (RuntimeError, ValueError, OSError, AttributeError) as exc:
        print("add_signal_handler:", type(exc).__name__)
    start = time.perf_counter()
    await asyncio.gather(asyncio.to_thread(time.sleep, 0.02), asyncio.to_thread(time.sleep, 0.02))
    print("blocking calls run one after the other:", time.perf_counter() - start > 0.039)


asyncio.run(main())
try:
    asyncio.run(asyncio.wait_for(asyncio.Event().wait(), None))
except RuntimeError as exc:
    print("RuntimeError:", exc)

#=> EventLoop ['slow', 'fast']
#=> True
#=> OSError
#=> OSError
#=> OSError
#=> OSError
#=> add_signal_handler: AttributeError
#=> blocking calls run one after the other: True
#=> RuntimeError: deadlock: every task waits for something that nothing here can do
