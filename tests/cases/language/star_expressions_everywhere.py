# Stars: unpacking in calls, displays, assignments, loops, subscripts, returns and merges, with their order.
first, *rest = (10, 20, 30)
*start, end = "xyz"
(a, *b), [c, [d, *e]] = "pqr", [1, [2, 3, 4]]
print(first, rest, start, end, a, b, c, d, e)
for key, *values in [("a", 1, 2), ("b",), ("c", 3)]:
    print(key, values)

defaults, chosen = {"size": "M", "colour": "red"}, {"colour": "blue"}
print([*range(3), *"ab", *{"k": 1}], {**defaults, **chosen, "size": "L"}, {*rest, *[20, 5]} == {20, 30, 5}, (*rest, *[]))
print(defaults | chosen, chosen | defaults, max(*rest, *[99, 1]), print(*["a", "b"], sep="-", **{"end": "!\n"}))


def pair(*items, **named):
    return *items, *named.items()


def swap(x, y):
    return y, x


print(pair(1, *[2, 3], x=4, **{"y": 5}), swap(*swap(1, 2)), swap(**{"y": "why", "x": "ex"}))


class Grid:
    def __getitem__(self, key):
        return key


grid, index = Grid(), (1, 2)
print(grid[*index, 3], grid[0, *"ab"], grid[1:2, ...], grid[::2], grid[*index])
rows = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
print([*zip(*rows)], [row for (*_, row) in rows], [x + y for x, *_, y in rows])
x = y, *z = 1, 2, 3
print(x, y, z)
i, slots = 0, ["", ""]
i, slots[i] = 1, "written where i points now"
print(i, slots)
for wrong in ("*a, *b = 1, 2", "*a = 1", "f(**1)", "f(*1)", "{**[1]}", "[*5]"):
    try:
        exec(wrong, {"f": swap})
    except (SyntaxError, TypeError) as exc:
        print(type(exc).__name__, end=" ")
print(len([*[]]))

#=> 10 [20, 30] ['x', 'y'] z p ['q', 'r'] 1 2 [3, 4]
#=> a [1, 2]
#=> b []
#=> c [3]
#=> [0, 1, 2, 'a', 'b', 'k'] {'size': 'L', 'colour': 'blue'} True (20, 30)
#=> a-b!
#=> {'size': 'M', 'colour': 'blue'} {'colour': 'red', 'size': 'M'} 99 None
#=> (1, 2, 3, ('x', 4), ('y', 5)) (1, 2) ('why', 'ex')
#=> (1, 2, 3) (0, 'a', 'b') (slice(1, 2, None), Ellipsis) slice(None, None, 2) (1, 2)
#=> [(1, 4, 7), (2, 5, 8), (3, 6, 9)] [3, 6, 9] [4, 10, 16]
#=> (1, 2, 3) 1 [2, 3]
#=> 1 ['', 'written where i points now']
#=> SyntaxError SyntaxError TypeError TypeError TypeError TypeError 0
