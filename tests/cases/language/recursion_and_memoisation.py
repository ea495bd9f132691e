# Recursion: mutual recursion, deep structures, the limit, memoisation and turning it into an explicit stack.
import functools
import sys


def is_even(n):
    return True if n == 0 else is_odd(n - 1)


def is_odd(n):
    return False if n == 0 else is_even(n - 1)


def hanoi(disks, source="A", target="C", spare="B"):
    if not disks:
        return []
    return hanoi(disks - 1, source, spare, target) + [source + target] + hanoi(disks - 1, spare, target, source)


@functools.lru_cache(maxsize=None)
def ways(amount, coins):
    if amount == 0:
        return 1
    if amount < 0 or not coins:
        return 0
    return ways(amount - coins[0], coins) + ways(amount, coins[1:])


def flatten(value):
    stack, flat = [value], []
    while stack:
        item = stack.pop()
        stack.extend(reversed(item)) if isinstance(item, list) else flat.append(item)
    return flat


def permutations(text):
    return [text] if len(text) < 2 else [c + p for i, c in enumerate(text) for p in permutations(text[:i] + text[i + 1:])]


def ackermann(m, n):
    return n + 1 if m == 0 else ackermann(m - 1, 1 if n == 0 else ackermann(m, n - 1))


print(is_even(200), is_odd(201), hanoi(3), len(hanoi(10)), permutations("abc"), ackermann(2, 3))
print(ways(100, (50, 25, 10, 5, 1)), ways.cache_info().hits, ways.cache_info().currsize)
nested = [1]
for _ in range(5000):
    nested = [nested]
print(flatten(nested), flatten([1, [2, [3, [4]], []], 5]))

depth = 0


def dive():
    global depth
    depth += 1
    dive()


old = sys.getrecursionlimit()
sys.setrecursionlimit(300)
try:
    dive()
except RecursionError as exc:
    print("RecursionError:", exc, 200 < depth < 300)
finally:
    sys.setrecursionlimit(old)
print(is_even(500), sys.getrecursionlimit() == old)

#=> True True ['AC', 'AB', 'CB', 'AC', 'BA', 'BC', 'AC'] 1023 ['abc', 'acb', 'bac', 'bca', 'cab', 'cba'] 9
#=> 292 39 250
#=> [1] [1, 2, 3, 4, 5]
#=> RecursionError: maximum recursion depth exceeded True
#=> True True
