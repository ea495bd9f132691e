# Queues: a bounded queue with back pressure, priorities, join and task_done, and several workers that stop cleanly.
import asyncio


async def produce(queue, items, log):
    for item in items:
        await queue.put(item)
        log.append(f"put {item} ({queue.qsize()})")


async def worker(name, queue, results):
    while True:
        job = await queue.get()
        try:
            if job < 0:
                raise ValueError(job)
            await asyncio.sleep(0)
            results[name].append(job * job)
        except ValueError as exc:
            results["errors"].append(str(exc))
        finally:
            queue.task_done()


async def main():
    queue, log = asyncio.Queue(maxsize=2), []
    producer = asyncio.create_task(produce(queue, "abcd", log))
    await asyncio.sleep(0)
    print(log, queue.full())
    got = [await queue.get() for _ in range(4)]
    await producer
    print(got, queue.empty(), len(log))

    queue, results = asyncio.Queue(), {"w1": [], "w2": [], "errors": []}
    for job in (1, 2, -3, 4, 5, -6, 7):
        queue.put_nowait(job)
    workers = [asyncio.create_task(worker(name, queue, results)) for name in ("w1", "w2")]
    await queue.join()
    for task in workers:
        task.cancel()
    stopped = await asyncio.gather(*workers, return_exceptions=True)
    print(sorted(results["w1"] + results["w2"]), results["errors"], [type(exc).__name__ for exc in stopped])
    print(bool(results["w1"]) and bool(results["w2"]))

    tasks = asyncio.PriorityQueue()
    for entry in ((3, "sleep"), (1, "wake"), (2, "eat")):
        await tasks.put(entry)
    stack = asyncio.LifoQueue()
    for plate in range(3):
        stack.put_nowait(plate)
    print([tasks.get_nowait()[1] for _ in range(3)], [stack.get_nowait() for _ in range(3)])
    for attempt in (tasks.get_nowait, lambda: (full := asyncio.Queue(1)).put_nowait(1) or full.put_nowait(2)):
        try:
            attempt()
        except (asyncio.QueueEmpty, asyncio.QueueFull) as exc:
            print(type(exc).__name__)


asyncio.run(main())

#=> ['put a (1)', 'put b (2)'] True
#=> ['a', 'b', 'c', 'd'] True 4
#=> [1, 4, 16, 25, 49] ['-3', '-6'] ['CancelledError', 'CancelledError']
#=> True
#=> ['wake', 'eat', 'sleep'] [2, 1, 0]
#=> QueueEmpty
#=> QueueFull
