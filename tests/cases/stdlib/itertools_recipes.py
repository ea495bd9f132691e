# itertools: every function once, and the recipes that programs copy: chunks, windows, unique, flatten, round robin.
import itertools as it
import operator
from collections import deque


def chunks(values, size):
    iterator = iter(values)
    while chunk := tuple(it.islice(iterator, size)):
        yield chunk


def windows(values, size):
    iterators = it.tee(values, size)
    return zip(*(it.islice(iterator, start, None) for start, iterator in enumerate(iterators)))


def unique(values, key=None):
    seen = set()
    for value in values:
        mark = key(value) if key else value
        if mark not in seen:
            seen.add(mark)
            yield value


def round_robin(*sources):
    waiting = deque(map(iter, sources))
    while waiting:
        source = waiting.popleft()
        for value in it.islice(source, 1):
            yield value
            waiting.append(source)


def powerset(values):
    values = list(values)
    return it.chain.from_iterable(it.combinations(values, size) for size in range(len(values) + 1))


def partition(predicate, values):
    first, second = it.tee(values)
    return list(it.filterfalse(predicate, first)), list(filter(predicate, second))


print(list(chunks("abcdefg", 3)), list(windows(range(5), 3)))
print("".join(unique("AbBaCc", str.lower)), list(round_robin("abc", [1], "xy")), list(powerset("abc"))[3:])
print(partition(lambda n: n % 3, range(8)), list(it.zip_longest("ab", [1], fillvalue="-")))
print(list(it.accumulate([3, 1, 4, 1, 5], max)), list(it.accumulate([1, 2, 3], initial=100)), list(it.repeat("x", 2)))
print(list(it.compress("abcdef", [1, 0, 1, 0, 1])))
print(list(it.dropwhile(str.isdigit, "12a3")), list(it.starmap(pow, [(2, 5), (3, 2)])))
print(list(it.islice(it.count(10, -2.5), 4)), list(it.islice("abcdefg", 1, None, 2)), next(it.cycle([7])))
print({key: list(group) for key, group in it.groupby(sorted(range(7), key=lambda n: n % 3), lambda n: n % 3)})
print(list(it.combinations_with_replacement("ab", 2)))
print(sum(1 for _ in it.product(range(3), repeat=4)), list(it.permutations([1, 2, 3]))[::2])
print(list(it.chain("ab", [1])), list(it.pairwise([1, 4, 9])), list(it.product("ab", [1, 2])))
print(sum(it.starmap(operator.mul, zip([1, 2, 3], [4, 5, 6]))))
print(any(a > b for a, b in it.pairwise([1, 2, 2])), list(it.takewhile(bool, [1, 2, 0, 3])))
first, second = it.tee(iter(range(3)))
print(next(first), list(second), list(first), operator.length_hint(it.repeat(1, 9)))

#=> [('a', 'b', 'c'), ('d', 'e', 'f'), ('g',)] [(0, 1, 2), (1, 2, 3), (2, 3, 4)]
#=> AbC ['a', 1, 'x', 'b', 'y', 'c'] [('c',), ('a', 'b'), ('a', 'c'), ('b', 'c'), ('a', 'b', 'c')]
#=> ([0, 3, 6], [1, 2, 4, 5, 7]) [('a', 1), ('b', '-')]
#=> [3, 3, 4, 4, 5] [100, 101, 103, 106] ['x', 'x']
#=> ['a', 'c', 'e']
#=> ['a', '3'] [32, 9]
#=> [10, 7.5, 5.0, 2.5] ['b', 'd', 'f'] 7
#=> {0: [0, 3, 6], 1: [1, 4], 2: [2, 5]}
#=> [('a', 'a'), ('a', 'b'), ('b', 'b')]
#=> 81 [(1, 2, 3), (2, 1, 3), (3, 1, 2)]
#=> ['a', 'b', 1] [(1, 4), (4, 9)] [('a', 1), ('a', 2), ('b', 1), ('b', 2)]
#=> 32
#=> False [1, 2]
#=> 0 [0, 1, 2] [1, 2] 9
