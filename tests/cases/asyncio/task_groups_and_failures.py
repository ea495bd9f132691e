# Task groups: results, a failure that cancels the siblings, exception groups caught by type, and nested groups.
import asyncio


async def work(name, delay, log, fail=None):
    try:
        log.append(f"start {name}")
        await asyncio.sleep(delay)
        if fail:
            raise fail
        log.append(f"end {name}")
        return name * 2
    except asyncio.CancelledError:
        log.append(f"cancelled {name}")
        raise


async def main():
    log = []
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(name, delay, log)) for name, delay in (("a", 0.02), ("b", 0.01), ("c", 0))]
    print([task.result() for task in tasks], log)

    log = []
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(work("slow", 30, log))
            group.create_task(work("bad", 0, log, ValueError("no value")))
            group.create_task(work("worse", 0, log, KeyError("key")))
    except* ValueError as errors:
        print("values:", [str(exc) for exc in errors.exceptions])
    except* KeyError as errors:
        print("keys:", [str(exc) for exc in errors.exceptions])
    print(log)

    log = []
    try:
        async with asyncio.TaskGroup() as outer:
            outer.create_task(work("outer", 30, log))
            async with asyncio.TaskGroup() as inner:
                inner.create_task(work("inner", 0, log, OSError("disk")))
    except ExceptionGroup as exc:
        print(exc.message, "|", repr(exc.exceptions[0].exceptions[0]), "|", log[-1])
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work("never", 30, log), name="patient")
            await asyncio.sleep(0)
            task.cancel()
    finally:
        print(task.get_name(), task.cancelled(), task.done(), log[-1])


asyncio.run(main())

#=> ['aa', 'bb', 'cc'] ['start a', 'start b', 'start c', 'end c', 'end b', 'end a']
#=> values: ['no value']
#=> keys: ["'key'"]
#=> ['start slow', 'start bad', 'start worse', 'cancelled slow']
#=> unhandled errors in a TaskGroup | OSError('disk') | cancelled outer
#=> patient True True cancelled never
