# Async generators, async comprehensions, async with, and how an async generator is closed early.
import asyncio
from contextlib import aclosing, asynccontextmanager


async def ticks(count, log):
    number = None
    try:
        for number in range(count):
            await asyncio.sleep(0)
            yield number
    finally:
        log.append(f"closed after {number}")


async def doubled(source):
    async for value in source:
        yield value * 2


@asynccontextmanager
async def session(name, log):
    log.append(f"open {name}")
    try:
        yield name.upper()
    finally:
        await asyncio.sleep(0)
        log.append(f"close {name}")


async def main():
    log = []
    print([value async for value in ticks(4, log)], log)
    print({value: value**2 async for value in doubled(ticks(3, log)) if value})
    async with aclosing(ticks(100, log)) as stream:
        async for value in stream:
            if value == 2:
                break
    print(log)
    log.clear()
    async with session("db", log) as db, session("cache", log) as cache:
        log.append(f"use {db} {cache}")
    print(log)
    echo = sender()
    await anext(echo)
    print([await echo.asend(word) for word in ("a", "b")], await anext(aiter(ticks(1, log))))
    print([await value for value in [asyncio.sleep(0, "x"), asyncio.sleep(0, "y")]], await anext(ticks(0, [1]), "none"))


async def sender():
    got = None
    while True:
        got = yield got and got * 3


asyncio.run(main())

#=> [0, 1, 2, 3] ['closed after 3']
#=> {2: 4, 4: 16}
#=> ['closed after 3', 'closed after 2', 'closed after 2']
#=> ['open db', 'open cache', 'use DB CACHE', 'close cache', 'close db']
#=> ['aaa', 'bbb'] 0
#=> ['x', 'y'] none
