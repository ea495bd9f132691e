# Runs random bytes as code, hundreds of times.
#% limits: time=1s
import random
random.seed(7)
def f(a=1, *b, c=2, **d): return a
kept = f.__code__
for n in range(500):
    try:
        f.__code__ = kept.replace(co_code=bytes(random.randrange(256) for _ in range(60)), co_stacksize=100)
        f()
    except Exception:
        pass
#% ends: any
#% session: either
#% after: fresh
