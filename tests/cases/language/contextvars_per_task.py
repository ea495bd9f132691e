# Context variables: each task sees its own value, tokens restore the old one, and copies run apart.
import asyncio
from contextvars import ContextVar, copy_context

request = ContextVar("request", default="nobody")
trail = ContextVar("trail")


def who():
    return f"{request.get()}:{'/'.join(trail.get(()))}"


async def handle(name):
    request.set(name)
    for step in ("parse", "save"):
        trail.set((*trail.get(()), step))
        await asyncio.sleep(0)
    return await nested()


async def nested():
    token = request.set(request.get().upper())
    try:
        return who()
    finally:
        request.reset(token)


async def main():
    request.set("main")
    print(await asyncio.gather(handle("ada"), handle("bob")))
    print(who(), await handle("inline"), who())


asyncio.run(main())
print(who(), request.name, trail.get("unset"))
try:
    trail.get()
except LookupError as exc:
    print("LookupError:", exc.args[0] is trail)

context = copy_context()
print(context.run(lambda: (request.set("copied"), who())[1]), who(), context[request], request in copy_context())
token = request.set("temporary")
print(who(), token.old_value is token.MISSING, token.var is request)
request.reset(token)
print(who(), [(variable.name, value) for variable, value in context.items()])

#=> ['ADA:parse/save', 'BOB:parse/save']
#=> main: INLINE:parse/save inline:parse/save
#=> nobody: request unset
#=> LookupError: True
#=> copied: nobody: copied False
#=> temporary: True True
#=> nobody: [('request', 'copied')]
