# Asyncio: gather keeps argument order, tasks finish by delay, timeouts cancel, queues hand over work.
import asyncio


async def job(name, delay, log):
    await asyncio.sleep(delay)
    log.append(name)
    if name == "bad":
        raise ValueError("bad job")
    return name.upper()


async def producer(queue):
    for number in range(4):
        await queue.put(number)
    await queue.put(None)


async def consumer(queue):
    total = 0
    while (number := await queue.get()) is not None:
        total += number
    return total


async def main():
    log = []
    print(await asyncio.gather(job("slow", 0.15, log), job("fast", 0.01, log), job("medium", 0.08, log)))
    print(log)
    results = await asyncio.gather(job("ok", 0, log), job("bad", 0, log), return_exceptions=True)
    print([repr(result) for result in results])
    try:
        async with asyncio.timeout(0.02):
            await job("never", 30, log)
    except TimeoutError:
        print("timed out, never ran:", "never" not in log)
    queue = asyncio.Queue(maxsize=2)
    async with asyncio.TaskGroup() as group:
        group.create_task(producer(queue))
        summed = group.create_task(consumer(queue))
    print("consumed", summed.result())


asyncio.run(main())

#=> ['SLOW', 'FAST', 'MEDIUM']
#=> ['fast', 'medium', 'slow']
#=> ["'OK'", "ValueError('bad job')"]
#=> timed out, never ran: True
#=> consumed 6
