# Functools caching and dispatch, heapq scheduling, bisect grading, and Enum and Flag classes.
import bisect
import heapq
from enum import Enum, Flag, IntEnum, auto
from functools import cache, partial, reduce, singledispatch


@cache
def stairs(n):
    return 1 if n < 2 else stairs(n - 1) + stairs(n - 2)


@singledispatch
def render(value):
    return f"<{value}>"


@render.register
def _(value: list):
    return "[" + " ".join(map(render, value)) + "]"


class Colour(Enum):
    RED = "#f00"
    BLUE = "#00f"
    CRIMSON = RED


class Level(IntEnum):
    LOW = auto()
    HIGH = auto()


Access = Flag("Access", "READ WRITE RUN")


print(stairs(80), stairs.cache_info().hits, render([1, ["a", 2.5]]))
print(reduce(lambda a, b: a * 10 + b, [1, 2, 3]), partial(int, base=2)("1101"))

heap = []
for job in [(5, "write"), (1, "plan"), (3, "test"), (1, "ask")]:
    heapq.heappush(heap, job)
print([heapq.heappop(heap) for _ in range(4)], heapq.nlargest(2, [4, 9, 1]), list(heapq.merge([1, 4], [2, 3])))
print(["FDCBA"[bisect.bisect([60, 70, 80, 90], score)] for score in (33, 60, 89, 90, 100)], bisect.bisect_left([1, 2, 2, 3], 2))

print(Colour("#00f").name, Colour["RED"] is Colour.CRIMSON, [c.name for c in Colour], str(Colour.RED), repr(Colour.RED))
both = Access.READ | Access.RUN
print(Level.HIGH > Level.LOW, Level.HIGH + 1, f"{Level.HIGH}", Access.READ in both, both.value)
try:
    Colour("#0f0")
except ValueError as exc:
    print("ValueError:", exc)

#=> 37889062373143906 78 [<1> [<a> <2.5>]]
#=> 123 13
#=> [(1, 'ask'), (1, 'plan'), (3, 'test'), (5, 'write')] [9, 4] [1, 2, 3, 4]
#=> ['F', 'D', 'B', 'A', 'A'] 1
#=> BLUE True ['RED', 'BLUE'] Colour.RED <Colour.RED: '#f00'>
#=> True 3 2 True 5
#=> ValueError: '#0f0' is not a valid Colour
