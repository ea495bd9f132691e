# An exception that crosses awaits and a gather, uncaught, after others were collected.
import asyncio


class ServiceError(Exception):
    pass


async def query(name):
    await asyncio.sleep(0)
    if name == "users":
        raise ServiceError(f"{name} is down")
    return f"{name}: 3 rows"


async def report(names):
    lines = []
    for name in names:
        lines.append(await query(name))
    return lines


async def main():
    print(await report(["orders", "items"]))
    try:
        async with asyncio.timeout(5):
            await report(["orders", "users"])
    except ServiceError as exc:
        print("first time:", exc)
    print(await asyncio.gather(query("a"), query("users"), return_exceptions=True))
    await report(["items", "users"])


asyncio.run(main())

#=> ['orders: 3 rows', 'items: 3 rows']
#=> first time: users is down
#=> ['a: 3 rows', ServiceError('users is down')]
#! ServiceError: users is down
#@ 34, 31, 19, 12
