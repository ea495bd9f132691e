# Hands work that never ends to executors, which run it at once, and to a loop's.
#% limits: time=200ms
import asyncio, concurrent.futures, time
def spin():
    while True: pass
concurrent.futures.ThreadPoolExecutor(10**6).submit(spin)
#%% step
async def executor():
    await asyncio.wait_for(asyncio.to_thread(spin), 0.01)
asyncio.run(executor())
#%% step
with concurrent.futures.ThreadPoolExecutor() as pool:
    list(pool.map(time.sleep, [100] * 100))
#% ends 1: limit time_ms
#% ends 2: limit time_ms
#% ends: limit time_ms
