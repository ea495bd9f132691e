# Counter, deque, namedtuple, ChainMap and the everyday itertools recipes.
from collections import ChainMap, Counter, defaultdict, deque, namedtuple
from itertools import accumulate, chain, combinations, cycle, groupby, islice, pairwise, permutations, product, takewhile
from operator import itemgetter, mul

votes = Counter("red blue red green blue red".split())
print(votes.most_common(2), votes["pink"], votes.total(), sorted((votes - Counter(red=2, blue=5)).items()))
print(Counter(a=3, b=1) + Counter(a=1, c=2), Counter(a=3, b=1) & Counter(a=1, b=2))

recent = deque(maxlen=3)
for item in range(6):
    recent.append(item)
recent.rotate(1)
recent.appendleft("new")
print(recent, recent.pop(), list(recent))

Point = namedtuple("Point", "x y label", defaults=["here"])
point = Point(1, y=2)
print(point, point._replace(x=9), point._asdict(), point[0] + point.y)

settings = ChainMap({"colour": "red"}, {"colour": "blue", "size": 3})
settings["size"] = 4
print(settings["colour"], settings["size"], settings.maps, settings.parents["size"])

tree = defaultdict(lambda: defaultdict(int))
for city, kind, count in [("Oslo", "tram", 2), ("Rome", "bus", 5), ("Oslo", "tram", 1), ("Oslo", "bus", 4)]:
    tree[city][kind] += count
print({city: dict(kinds) for city, kinds in tree.items()})

print(list(accumulate([1, 2, 3, 4], mul)), list(pairwise("abcd")), list(islice(cycle("xy"), 5)))
print([(key, len(list(run))) for key, run in groupby("aaabccd")], list(takewhile(lambda n: n < 4, [1, 3, 5, 2])))
print(["".join(p) for p in permutations("abc", 2)], list(combinations(range(4), 3)), len(list(product("ab", repeat=5))))
print(list(chain.from_iterable([[1], [2, 3], []])))
print([max(g, key=itemgetter(1)) for _, g in groupby([(1, 5), (1, 9), (2, 3)], itemgetter(0))])

#=> [('red', 3), ('blue', 2)] 0 6 [('green', 1), ('red', 1)]
#=> Counter({'a': 4, 'c': 2, 'b': 1}) Counter({'a': 1, 'b': 1})
#=> deque(['new', 5], maxlen=3) 3 ['new', 5]
#=> Point(x=1, y=2, label='here') Point(x=9, y=2, label='here') {'x': 1, 'y': 2, 'label': 'here'} 3
#=> red 4 [{'colour': 'red', 'size': 4}, {'colour': 'blue', 'size': 3}] 3
#=> {'Oslo': {'tram': 3, 'bus': 4}, 'Rome': {'bus': 5}}
#=> [1, 2, 6, 24] [('a', 'b'), ('b', 'c'), ('c', 'd')] ['x', 'y', 'x', 'y', 'x']
#=> [('a', 3), ('b', 1), ('c', 2), ('d', 1)] [1, 3]
#=> ['ab', 'ac', 'ba', 'bc', 'ca', 'cb'] [(0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3)] 32
#=> [1, 2, 3]
#=> [(1, 9), (2, 3)]
