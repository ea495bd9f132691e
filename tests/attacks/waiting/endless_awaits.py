# Awaits what never comes, tasks that make tasks, and a loop that has nothing to do.
#% limits: time=300ms memory=400MiB
import asyncio
async def never():
    await asyncio.get_running_loop().create_future()
asyncio.run(never())
#%% step
async def more():
    while True:
        asyncio.create_task(asyncio.sleep(0))
        await asyncio.sleep(0)
asyncio.run(more())
#%% step
class Await:
    def __await__(self):
        while True:
            yield
async def spin():
    await Await()
asyncio.run(spin())
#%% step
async def fork():
    asyncio.create_task(fork())
    asyncio.create_task(fork())
    await asyncio.sleep(0)
    await asyncio.sleep(1000)
asyncio.run(fork())
#% ends 1: raised RuntimeError
#% ends 2: limit time_ms
#% ends 3: limit time_ms
#% ends: limit time_ms | limit memory_bytes | raised MemoryError
#% session: either
