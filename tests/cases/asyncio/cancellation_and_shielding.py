# Cancellation: cleanup in finally, shield, wait with timeouts, cancel messages and a task that refuses once.
import asyncio


async def stubborn(log):
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError as exc:
        log.append(f"refused {exc.args}")
    await asyncio.sleep(0)
    return "finished anyway"


async def careful(log):
    try:
        await asyncio.sleep(30)
    finally:
        await asyncio.sleep(0)
        log.append("cleaned up")


async def quick(value, delay=0.01):
    await asyncio.sleep(delay)
    return value


async def main():
    log = []
    task = asyncio.create_task(stubborn(log))
    await asyncio.sleep(0)
    print(task.cancel("first try"), await task, task.cancelled(), log)

    task = asyncio.create_task(careful(log))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled:", task.cancelled(), log[-1])

    inner = asyncio.create_task(quick("shielded"))
    try:
        await asyncio.wait_for(asyncio.shield(inner), timeout=0)
    except TimeoutError:
        print("timed out, but not the inner task:", inner.cancelled(), await inner)

    tasks = {asyncio.create_task(quick(n, delay), name=f"t{n}") for n, delay in ((1, 0), (2, 0), (3, 30))}
    done, pending = await asyncio.wait(tasks, timeout=0.2)
    print(sorted(task.result() for task in done), [task.get_name() for task in pending])
    done, rest = await asyncio.wait(pending | {asyncio.create_task(quick(9, 0))}, return_when=asyncio.FIRST_COMPLETED)
    print([task.result() for task in done], rest == pending)
    for task in pending:
        task.cancel()
    print([type(exc).__name__ for exc in await asyncio.gather(*pending, return_exceptions=True)])
    async with asyncio.timeout(None) as scope:
        scope.reschedule(asyncio.get_running_loop().time() + 60)
        print(scope.expired(), await quick("in time", 0))
    print([await future for future in asyncio.as_completed([quick("late", 0.03), quick("early", 0)])])


asyncio.run(main())

#=> True finished anyway False ["refused ('first try',)"]
#=> cancelled: True cleaned up
#=> timed out, but not the inner task: False shielded
#=> [1, 2] ['t3']
#=> [9] True
#=> ['CancelledError']
#=> False in time
#=> ['early', 'late']
