# The iterator protocol by hand: iterables and iterators, __getitem__ fallback, sentinels, reversed and unpacking.
import collections.abc


class Countdown:
    def __init__(self, start):
        self.start = start

    def __iter__(self):
        return CountdownIterator(self.start)

    def __reversed__(self):
        return iter(range(1, self.start + 1))


class CountdownIterator:
    def __init__(self, left):
        self.left = left

    def __iter__(self):
        return self

    def __next__(self):
        if not self.left:
            raise StopIteration
        self.left -= 1
        return self.left + 1

    def __length_hint__(self):
        return self.left


class OldStyle:
    def __getitem__(self, index):
        if index > 3:
            raise IndexError(index)
        return index * 11


countdown = Countdown(4)
print(list(countdown), list(countdown), list(reversed(countdown)), 3 in countdown, sum(countdown), max(countdown))
iterator = iter(countdown)
print(next(iterator), iterator.__length_hint__(), list(iterator), list(iterator), next(iterator, "empty"))
print(list(OldStyle()), 22 in OldStyle(), isinstance(OldStyle(), collections.abc.Iterable), [*OldStyle()][-1])
first, *middle, last = countdown
a, (b, *c), d = "x", "yz!", None
*head, tail = "ab"
print(first, middle, last, a, b, c, d, head, tail)
lines = iter(["one", "two", "END", "three"])
print(list(iter(lambda: next(lines), "END")), list(lines))
shared = iter(range(6))
print(list(zip(shared, shared)), dict(zip("ab", Countdown(2))), isinstance(shared, collections.abc.Iterator))
for attempt in ("a, b = 1,", "a, *b, c = [1]", "for x in 5: pass", "a, b = None", "next([])"):
    try:
        exec(attempt)
    except (ValueError, TypeError) as exc:
        print(f"{type(exc).__name__}: {exc}")


def leaks():
    yield next(iter([]))


try:
    list(leaks())
except RuntimeError as exc:
    print("RuntimeError:", exc, repr(exc.__cause__))

#=> [4, 3, 2, 1] [4, 3, 2, 1] [1, 2, 3, 4] True 10 4
#=> 4 3 [3, 2, 1] [] empty
#=> [0, 11, 22, 33] True False 33
#=> 4 [3, 2] 1 x y ['z', '!'] None ['a'] b
#=> ['one', 'two'] ['three']
#=> [(0, 1), (2, 3), (4, 5)] {'a': 2, 'b': 1} True
#=> ValueError: not enough values to unpack (expected 2, got 1)
#=> ValueError: not enough values to unpack (expected at least 2, got 1)
#=> TypeError: 'int' object is not iterable
#=> TypeError: cannot unpack non-iterable NoneType object
#=> TypeError: 'list' object is not an iterator
#=> RuntimeError: generator raised StopIteration StopIteration()
