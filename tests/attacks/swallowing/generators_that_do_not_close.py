# Goes on in generators that are being closed, and in coroutines that are cancelled.
#% limits: time=200ms
import asyncio
def stubborn():
    while True:
        try:
            yield
            while True: pass
        except BaseException:
            pass
async def task():
    while True:
        try:
            await asyncio.sleep(0)
        except BaseException:
            pass
g = stubborn()
next(g)
try:
    next(g)
finally:
    asyncio.run(task())
#% ends: limit time_ms
#% session: either
