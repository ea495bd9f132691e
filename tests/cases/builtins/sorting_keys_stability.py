# Sorting with keys, reverse order, multi-level keys, stability and a custom comparison.
from functools import cmp_to_key
from operator import attrgetter, itemgetter

people = [("Ana", 31, "Oslo"), ("bob", 25, "Rome"), ("Cy", 31, "Bern"), ("dee", 25, "Oslo"), ("Eve", 40, "Rome")]

print([name for name, *_ in sorted(people)])
print([name for name, *_ in sorted(people, key=lambda person: person[0].lower(), reverse=True)])
print([name for name, *_ in sorted(people, key=itemgetter(1))])
print([name for name, *_ in sorted(people, key=itemgetter(1), reverse=True)])
print([name for name, *_ in sorted(people, key=lambda person: (-person[1], person[2]))])

# Two stable passes give the same order as one composite key.
by_city = sorted(people, key=itemgetter(2))
by_city.sort(key=itemgetter(1))
print(by_city == sorted(people, key=itemgetter(1, 2)))


def compare_versions(left, right):
    a, b = ([int(part) for part in version.split(".")] for version in (left, right))
    return (a > b) - (a < b)


print(sorted(["1.10.0", "1.2", "1.2.1", "0.9"], key=cmp_to_key(compare_versions)))
print(sorted(["b", "", "ccc", "aa", "a"], key=len), sorted("Banana split"), sorted({"k2": 1, "k1": 2}))
print(sorted([3, None, 1, None, 2], key=lambda item: (item is None, item or 0)))
print(sorted([2 + 1j, 1 + 1j, 3 - 1j], key=attrgetter("real")))
print(min(people, key=itemgetter(1)), max(people, key=lambda person: len(person[0])), sep="\n")
print(max([], default="empty"), min("hello"), list(reversed(sorted([3, 1, 2]))), [1, 2, 3] < [1, 3], (1, "a") < (1, "b"))
try:
    sorted([1, "2", 3])
except TypeError as exc:
    print("TypeError:", exc)

#=> ['Ana', 'Cy', 'Eve', 'bob', 'dee']
#=> ['Eve', 'dee', 'Cy', 'bob', 'Ana']
#=> ['bob', 'dee', 'Ana', 'Cy', 'Eve']
#=> ['Eve', 'Ana', 'Cy', 'bob', 'dee']
#=> ['Eve', 'Cy', 'Ana', 'dee', 'bob']
#=> True
#=> ['0.9', '1.2', '1.2.1', '1.10.0']
#=> ['', 'b', 'a', 'aa', 'ccc'] [' ', 'B', 'a', 'a', 'a', 'i', 'l', 'n', 'n', 'p', 's', 't'] ['k1', 'k2']
#=> [1, 2, 3, None, None]
#=> [(1+1j), (2+1j), (3-1j)]
#=> ('bob', 25, 'Rome')
#=> ('Ana', 31, 'Oslo')
#=> empty e [3, 2, 1] True True
#=> TypeError: '<' not supported between instances of 'str' and 'int'
