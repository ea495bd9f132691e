# requires: more_itertools>=9, toolz>=0
# more-itertools and toolz: chunks, windows, peeking, grouping, currying, pipes and nested updates.
import more_itertools as mi
import toolz
from toolz import curried

numbers = range(1, 11)
print(list(mi.chunked(numbers, 4)), list(mi.sliding_window("abcd", 2)), [list(part) for part in mi.divide(3, "abcdefg")])
print(mi.first([], "none"), mi.one([5]), mi.only([], "x"), mi.last(numbers), mi.ilen(n for n in numbers if n % 3 == 0))
print(list(mi.split_at("a,b;c", lambda c: c in ",;")), list(mi.split_when([1, 2, 4, 5, 9], lambda a, b: b - a > 1)))
peek = mi.peekable("xyz")
peek.prepend("w")
print(peek.peek(), next(peek), peek[1], list(peek), bool(peek), peek.peek("empty"))
print(list(mi.collapse([1, [2, (3, [4])], "ab"])))
print(list(mi.interleave_longest("ab", "1")), list(mi.roundrobin("ab", "xyz")))
print(list(mi.unique_everseen("AbBa", key=str.lower)))
print(list(mi.run_length.encode("aab")), mi.all_equal([2, 2]), mi.minmax([3, 1, 2]))
small, large = mi.partition(lambda n: n > 7, numbers)
print(list(small), list(large), list(mi.windowed([1, 2, 3], 2, step=2, fillvalue=0)), list(mi.locate([0, 1, 1], bool)))
print(dict(mi.map_reduce(["ant", "bee", "ape"], lambda w: w[0], reducefunc=len)), list(mi.intersperse("-", "abc")))
spy, rest = mi.spy(iter("hello"), 2)
print(spy, "".join(rest), list(mi.numeric_range(1.0, 2.0, 0.5)))
print(list(mi.difference([1, 3, 6])), list(mi.powerset([1, 2])))

people = [{"name": "Ann", "city": "Oslo", "age": 31}, {"name": "Bob", "city": "Bern", "age": 29},
          {"name": "Cid", "city": "Oslo", "age": 40}]
print(toolz.countby("city", people), {city: len(group) for city, group in toolz.groupby("city", people).items()})
print(toolz.pipe(people, curried.filter(lambda p: p["age"] > 30), curried.pluck("name"), curried.map(str.upper), list))
print(toolz.reduceby("city", lambda total, p: total + p["age"], people, 0), list(toolz.pluck(["name", "age"], people))[0])
print(toolz.get_in(["a", 0, "b"], {"a": [{"b": 7}]}))
print(toolz.merge_with(sum, {"a": 1}, {"a": 2, "b": 3}), toolz.valmap(len, {"k": "abc"}))
before = {"n": {"m": 1}}
print(toolz.update_in(before, ["n", "m"], lambda v: v + 1), toolz.assoc_in(before, ["x", "y"], 1), before)


@toolz.curry
def add(a, b, c=0):
    return a + b + c


print(add(1)(2), add(1, c=10)(2), toolz.compose(str, abs, int)("-3"), toolz.juxt(min, max)([4, 1]))
print(toolz.thread_last([1, 2, 3], (map, lambda n: n * n), sum))
print(list(toolz.partition_all(2, "abc")), toolz.topk(2, [3, 9, 4]))
print(list(toolz.join("id", [{"id": 1}], "ref", [{"ref": 1, "v": 2}])))
print(list(toolz.sliding_window(2, "abc")), toolz.frequencies("hello"))
try:
    mi.one([1, 2])
except ValueError as exc:
    print("ValueError:", str(exc)[:8])

#=> [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]] [('a', 'b'), ('b', 'c'), ('c', 'd')] [['a', 'b', 'c'], ['d', 'e'], ['f', 'g']]
#=> none 5 x 10 3
#=> [['a'], ['b'], ['c']] [[1, 2], [4, 5], [9]]
#=> w w y ['x', 'y', 'z'] False empty
#=> [1, 2, 3, 4, 'ab']
#=> ['a', '1', 'b'] ['a', 'x', 'b', 'y', 'z']
#=> ['A', 'b']
#=> [('a', 2), ('b', 1)] True (1, 3)
#=> [1, 2, 3, 4, 5, 6, 7] [8, 9, 10] [(1, 2), (3, 0)] [1, 2]
#=> {'a': 2, 'b': 1} ['a', '-', 'b', '-', 'c']
#=> ['h', 'e'] hello [1.0, 1.5]
#=> [1, 2, 3] [(), (1,), (2,), (1, 2)]
#=> {'Oslo': 2, 'Bern': 1} {'Oslo': 2, 'Bern': 1}
#=> ['ANN', 'CID']
#=> {'Oslo': 71, 'Bern': 29} ('Ann', 31)
#=> 7
#=> {'a': 3, 'b': 3} {'k': 3}
#=> {'n': {'m': 2}} {'n': {'m': 1}, 'x': {'y': 1}} {'n': {'m': 1}}
#=> 3 13 3 (1, 4)
#=> 14
#=> [('a', 'b'), ('c',)] (9, 4)
#=> [({'id': 1}, {'ref': 1, 'v': 2})]
#=> [('a', 'b'), ('b', 'c')] {'h': 1, 'e': 1, 'l': 2, 'o': 1}
#=> ValueError: Expected
