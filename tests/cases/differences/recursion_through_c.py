# guest: the stack of the C parts is small, so recursion that goes through C code ends after some hundred levels
# Recursion in Python alone is not affected: it has the limit of every CPython, and may raise it.
import functools
import json
import sys


@functools.lru_cache(maxsize=None)
def cached(n):
    return n if n == 0 else 1 + cached(n - 1)


def by_key(n):
    return n if n == 0 else sorted([n], key=lambda value: by_key(value - 1))[0]


def plain(n):
    return n if n == 0 else 1 + plain(n - 1)


def deepest(function):
    function_clear = getattr(function, "cache_clear", lambda: None)
    low, high = 1, 900
    while low < high:
        middle = (low + high + 1) // 2
        function_clear()
        try:
            function(middle)
            low = middle
        except RecursionError:
            high = middle - 1
    return low


print("cached", 100 < deepest(cached) < 600, "by key", 30 < deepest(by_key) < 400, "plain", deepest(plain))
try:
    cached(800)
except RecursionError as exc:
    print("RecursionError:", str(exc).partition(" (")[0])
for start in range(0, 801, 50):
    cached(start)
print("filled in steps:", cached(800))
sys.setrecursionlimit(50_000)
print(plain(40_000), len(json.loads("[" * 900 + "]" * 900)))

#=> cached True by key True plain 900
#=> RecursionError: Stack overflow
#=> filled in steps: 800
#=> 40000 1
