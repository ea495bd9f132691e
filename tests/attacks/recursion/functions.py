# Calls itself without an end, in every form of a call and at several limits on depth.
import sys
for limit in (100, 1000, 50_000):
    sys.setrecursionlimit(limit)
    def plain(): return plain()
    def generator():
        yield from generator()
    async def coroutine():
        return await coroutine()
    class Calls:
        def __call__(self): return self()
    def run():
        coroutine().send(None)
    for do in (plain, lambda: list(generator()), run, Calls()):
        try:
            do()
        except (RecursionError, MemoryError) as error:
            print(type(error).__name__)
#% limits: time=20s memory=400MiB
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
