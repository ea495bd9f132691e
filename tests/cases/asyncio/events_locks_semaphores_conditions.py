# Synchronisation: Event, Lock, Semaphore, Condition, Barrier and futures completed by callbacks.
import asyncio


async def limited(name, semaphore, running, peaks):
    async with semaphore:
        running.add(name)
        peaks.append(len(running))
        await asyncio.sleep(0)
        running.discard(name)


async def waiter(name, event, log):
    await event.wait()
    log.append(name)


async def transfer(account, amount, lock, log):
    async with lock:
        balance = account["balance"]
        await asyncio.sleep(0)
        account["balance"] = balance + amount
        log.append(account["balance"])


async def consumer(condition, shelf, want):
    async with condition:
        await condition.wait_for(lambda: len(shelf) >= want)
        return [shelf.pop(0) for _ in range(want)]


async def producer(condition, shelf):
    for number in range(5):
        await asyncio.sleep(0)
        async with condition:
            shelf.append(number)
            condition.notify_all()


async def meet(barrier, name, log):
    log.append(f"{name} waits")
    position = await barrier.wait()
    log.append(f"{name} goes")
    return position


async def main():
    peaks, running, semaphore = [], set(), asyncio.Semaphore(2)
    await asyncio.gather(*(limited(n, semaphore, running, peaks) for n in range(6)))
    print(max(peaks), len(peaks), semaphore.locked(), sorted(running))
    event, log = asyncio.Event(), []
    tasks = [asyncio.create_task(waiter(name, event, log)) for name in "abc"]
    await asyncio.sleep(0)
    log.append("set")
    event.set()
    await asyncio.gather(*tasks)
    print(log, event.is_set())
    account, log, lock = {"balance": 0}, [], asyncio.Lock()
    await asyncio.gather(*(transfer(account, amount, lock, log) for amount in (10, -3, 5)))
    print(account, log, lock.locked())
    condition, shelf = asyncio.Condition(), []
    print(await asyncio.gather(consumer(condition, shelf, 2), consumer(condition, shelf, 3), producer(condition, shelf)))
    barrier, log = asyncio.Barrier(3), []
    print(sorted(await asyncio.gather(*(meet(barrier, name, log) for name in "xyz"))), log[:3], len(log))
    loop, future = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()
    future.add_done_callback(lambda f: print("callback saw", f.result()))
    loop.call_later(0.01, future.set_result, "later")
    loop.call_soon(print, "soon")
    print("awaited", await future)


asyncio.run(main())

#=> 2 6 False []
#=> ['set', 'a', 'b', 'c'] True
#=> {'balance': 12} [10, 7, 12] False
#=> [[0, 1], [2, 3, 4], None]
#=> [0, 1, 2] ['x waits', 'y waits', 'z waits'] 6
#=> soon
#=> callback saw later
#=> awaited later
