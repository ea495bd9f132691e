# operator and functools: getters, partials, reductions, caches with limits, total ordering and comparison keys.
import functools
import operator
from collections import namedtuple

Bird = namedtuple("Bird", "name mass island")
birds = [Bird("gull", 1.2, "north"), Bird("tern", 0.1, "south"), Bird("auk", 0.9, "north")]
print([bird.name for bird in sorted(birds, key=operator.attrgetter("island", "mass"))])
print(list(map(operator.itemgetter(0, -1), birds)), operator.attrgetter("name.__class__.__name__")(birds[0]))
print(list(map(operator.methodcaller("replace", "l", "L", 1), ["gull", "tern"])))
print(operator.itemgetter(slice(1, 3))("abcd"))
print(functools.reduce(operator.or_, [{1}, {2}, {1, 3}]))
print(functools.reduce(operator.mul, range(1, 6), 1), operator.concat([1], [2]))
print(operator.truth([]), operator.index(True), operator.contains("abc", "b"))
print(operator.countOf([1, 2, 1], 1), operator.indexOf("abc", "c"))


def compose(*functions):
    return functools.reduce(lambda f, g: lambda x: g(f(x)), functions)


clean = compose(str.strip, str.lower, operator.methodcaller("replace", "  ", " "), str.split)
print(clean("  The  QUICK Fox "), functools.partial(pow, exp=2)(5), functools.partial(print, "partial", sep="-").keywords)
calls = []


@functools.lru_cache(maxsize=2)
def square(n):
    calls.append(n)
    return n * n


for n in (1, 2, 1, 3, 2, 1):
    square(n)
print(calls, square.cache_info()[:3], square.__wrapped__(9), square.cache_parameters()["maxsize"])
square.cache_clear()
print(square.cache_info().currsize)
by_text = functools.cmp_to_key(lambda a, b: (str(a) > str(b)) - (str(a) < str(b)))
print(sorted([3, 10, 2, 1], key=by_text), by_text(10) < by_text(9))


class Text:
    def __init__(self, value):
        self.value = value

    def repeat(self, times, mark=""):
        return (self.value + mark) * times

    twice = functools.partialmethod(repeat, 2, mark="!")

    @functools.cached_property
    def length(self):
        calls.append("length")
        return len(self.value)


text = Text("ab")
print(text.twice(), text.length, text.length, calls[-2:], functools.partial(text.repeat, mark=".")(3))
position = [0, 0]
print(list(map(operator.add, position, [2, -1])), operator.iadd(position, [9]))
print(position, operator.setitem(position, 0, 5), position)
print(operator.matmul.__name__, operator.itemgetter("a")({"a": 1}))
print(operator.is_not(None, 1), operator.pow(2, 3), operator.neg(4))

#=> ['auk', 'gull', 'tern']
#=> [('gull', 'north'), ('tern', 'south'), ('auk', 'north')] str
#=> ['guLl', 'tern']
#=> bc
#=> {1, 2, 3}
#=> 120 [1, 2]
#=> False 1 True
#=> 2 2
#=> ['the', 'quick', 'fox'] 25 {'sep': '-'}
#=> [1, 2, 3, 2, 1, 9] (1, 5, 2) 81 2
#=> 0
#=> [1, 10, 2, 3] True
#=> ab!ab! 2 2 [9, 'length'] ab.ab.ab.
#=> [2, -1] [0, 0, 9]
#=> [5, 0, 9] None [5, 0, 9]
#=> matmul 1
#=> True 8 -4
