# Comprehensions: nesting order, conditions, flattening, transposing, sets, dicts and scopes of their own.
matrix = [[1, 2, 3], [4, 5, 6]]
print([value for row in matrix for value in row if value % 2], [[row[i] for row in matrix] for i in range(3)])
print([(x, y) for x in range(4) for y in range(x) if (x + y) % 2 == 0], list(zip(*matrix)))

words = "the quick brown fox jumps over the lazy dog".split()
print({word[0]: word for word in words}, sorted({len(word) for word in words}))
print({length: sorted({word for word in words if len(word) == length}) for length in {len(word) for word in words}})
inventory = {"apple": 3, "pear": 0, "fig": 12}
print({name.upper(): "many" if count > 5 else "few" for name, count in inventory.items() if count}, inventory)

lazy = (word.title() for word in words)
print(next(lazy), next(lazy), "Fox" in lazy, list(lazy), list(lazy))
print(sum(n * n for n in range(10) if n % 3 == 0), max((len(word), word) for word in words))
print("".join(c for c in "a1b2" if c.isalpha()))

triples = [(a, b, c) for c in range(1, 20) for b in range(1, c) for a in range(1, b) if a * a + b * b == c * c]
print(triples, [t for t in triples if not any(all(t[i] % k == 0 for i in range(3)) for k in range(2, 6))])
print([y := 1, y**2, y + 5], [last for last in range(3)], "last" in globals(), [n if n % 2 else -n for n in range(5)])

primes = [n for n in range(2, 40) if all(n % d for d in range(2, int(n**0.5) + 1))]
print(primes, dict(enumerate(primes[:4], start=1)), {**{p: str(p) for p in primes[:2]}, 3: "three"})
functions = {name: (lambda x, n=n: x**n) for n, name in enumerate(["one", "same", "square", "cube"])}
print({name: function(3) for name, function in functions.items()})
print([[cell for cell in row] for row in ([] for _ in range(2))], [*range(3), *"ab"], {*"hello"} == set("ehlo"))

#=> [1, 3, 5] [[1, 4], [2, 5], [3, 6]]
#=> [(2, 0), (3, 1)] [(1, 4), (2, 5), (3, 6)]
#=> {'t': 'the', 'q': 'quick', 'b': 'brown', 'f': 'fox', 'j': 'jumps', 'o': 'over', 'l': 'lazy', 'd': 'dog'} [3, 4, 5]
#=> {3: ['dog', 'fox', 'the'], 4: ['lazy', 'over'], 5: ['brown', 'jumps', 'quick']}
#=> {'APPLE': 'few', 'FIG': 'many'} {'apple': 3, 'pear': 0, 'fig': 12}
#=> The Quick True ['Jumps', 'Over', 'The', 'Lazy', 'Dog'] []
#=> 126 (5, 'quick')
#=> ab
#=> [(3, 4, 5), (6, 8, 10), (5, 12, 13), (9, 12, 15), (8, 15, 17)] [(3, 4, 5), (5, 12, 13), (8, 15, 17)]
#=> [1, 1, 6] [0, 1, 2] False [0, 1, -2, 3, -4]
#=> [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37] {1: 2, 2: 3, 3: 5, 4: 7} {2: '2', 3: 'three'}
#=> {'one': 1, 'same': 3, 'square': 9, 'cube': 27}
#=> [[], []] [0, 1, 2, 'a', 'b'] True
