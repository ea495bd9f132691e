# Lets go of chains of a million objects, which C follows to the end: containers, instances, exceptions,
# frames, iterators, cells, partials.
#% limits: time=60s memory=700MiB
import functools, itertools, types, weakref
class Link:
    pass
class Slot:
    __slots__ = "next"
class Final:
    def __del__(self): pass
def chain(n, step):
    value = None
    for _ in range(n):
        value = step(value)
    return value
def linked(cls):
    def step(value):
        link = cls()
        link.next = value
        return link
    return step
def raised(value):
    error = ValueError()
    error.__cause__ = error.__context__ = value
    return error
def closed(value):
    return lambda: value
def generator(value):
    g = (lambda v: (yield v))(value)
    next(g)
    return g
def method(value):
    return types.MethodType(print, value or 1)
for n, step in ((10**6, lambda x: [x]), (10**6, lambda x: (x,)), (300_000, lambda x: {"a": x}), (300_000, linked(Link)), (300_000, linked(Slot)), (100_000, linked(Final)),
                (200_000, raised), (200_000, closed), (50_000, generator), (200_000, lambda x: functools.partial(print, x)), (200_000, lambda x: itertools.chain(x or ())), (200_000, method),
                (200_000, lambda x: iter([x])), (200_000, lambda x: slice(x)), (200_000, lambda x: map(print, x or ())), (100_000, lambda x: memoryview(x or b"a")),
                (10**5, lambda x: type("T", (), {"x": x}) if False else (x, [x]))):
    chain(n, step)
print("gone")
#=> gone
#% session: either
#% ends: completed | failed
