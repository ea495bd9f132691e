# Pairing iterables with zip (strict too), enumerate, map, filter, any/all, iter with a sentinel, and next defaults.
names = ["ana", "bo", "cy"]
scores = [90, 85, 77]

print(list(zip(names, scores, "xyz")), dict(zip(names, scores, strict=True)))
for rank, (name, score) in enumerate(sorted(zip(names, scores), key=lambda pair: -pair[1]), start=1):
    print(f"{rank}. {name:<4}{score}")

for shorter in ([1, 2], [1, 2, 3, 4]):
    try:
        print(list(zip(names, shorter, strict=True)))
    except ValueError as exc:
        print("ValueError:", exc)

print(list(map(pow, [2, 3, 4], [5, 2])), list(map(str.upper, names)), list(map(lambda *xs: sum(xs), [1, 2], [3, 4], [5, 6])))
print(list(filter(None, [0, "", "a", [], [0], None, 2])), list(filter(str.isdigit, "a1b2")))
print(any([]), all([]), any(score > 89 for score in scores), all(map(len, names)), sum([[1], [2, 3]], []))

matrix = [(1, 2, 3), (4, 5, 6)]
columns = list(zip(*matrix))
print(columns, [*zip(*columns)] == matrix)

stack = [1, 2, 3, "stop", 4]
print(list(iter(lambda: stack.pop(0), "stop")), stack)

letters = iter("abcde")
print([pair for pair in zip(letters, letters)], next(letters, "exhausted"), next(iter([]), None))
print(list(reversed(range(0, 10, 3))), list(enumerate("ab", -1)), [*range(3), *"xy"], len(range(5, 50, 7)), 26 in range(5, 50, 7))
print(callable(len), abs(-3 + 4j), divmod(7.5, 2), round(1234.567, -2), round(2.675, 2), chr(9731), ord("€"), ascii("é€"))

#=> [('ana', 90, 'x'), ('bo', 85, 'y'), ('cy', 77, 'z')] {'ana': 90, 'bo': 85, 'cy': 77}
#=> 1. ana 90
#=> 2. bo  85
#=> 3. cy  77
#=> ValueError: zip() argument 2 is shorter than argument 1
#=> ValueError: zip() argument 2 is longer than argument 1
#=> [32, 9] ['ANA', 'BO', 'CY'] [9, 12]
#=> ['a', [0], 2] ['1', '2']
#=> False True True True [1, 2, 3]
#=> [(1, 4), (2, 5), (3, 6)] True
#=> [1, 2, 3] [4]
#=> [('a', 'b'), ('c', 'd')] exhausted None
#=> [9, 6, 3, 0] [(-1, 'a'), (0, 'b')] [0, 1, 2, 'x', 'y'] 7 True
#=> True 5.0 (3.0, 1.5) 1200.0 2.67 ☃ 8364 '\xe9\u20ac'
