# collections.abc in use: a case-insensitive mapping, a bounded sequence and a set made from three methods each.
from collections import UserDict, UserList, UserString
from collections.abc import MutableMapping, MutableSequence, Set


class Headers(MutableMapping):
    def __init__(self, *args, **kwargs):
        self.store = {}
        self.update(*args, **kwargs)

    def __getitem__(self, key):
        return self.store[key.lower()][1]

    def __setitem__(self, key, value):
        self.store[key.lower()] = (key, value)

    def __delitem__(self, key):
        del self.store[key.lower()]

    def __iter__(self):
        return (key for key, _ in self.store.values())

    def __len__(self):
        return len(self.store)


class Bounded(MutableSequence):
    def __init__(self, limit, *items):
        self.limit, self.items = limit, list(items)

    def __getitem__(self, index):
        return self.items[index]

    def __setitem__(self, index, value):
        self.items[index] = value

    def __delitem__(self, index):
        del self.items[index]

    def __len__(self):
        return len(self.items)

    def insert(self, index, value):
        if len(self) == self.limit:
            raise OverflowError(f"no room for {value}")
        self.items.insert(index, value)


class Multiples(Set):
    def __init__(self, values):
        self.values = sorted(set(values))

    __contains__ = lambda self, value: value in self.values
    __iter__ = lambda self: iter(self.values)
    __len__ = lambda self: len(self.values)


class Upper(UserDict):
    def __setitem__(self, key, value):
        super().__setitem__(key.upper(), value)


headers = Headers({"Content-Type": "text/html"}, ETag="x1")
headers["content-TYPE"] = "text/plain"
print(dict(headers), "etag" in headers, headers.get("Nope", "-"), headers.pop("ETAG"))
print(headers.setdefault("Age", "5"), list(headers.items()), headers.popitem(), len(headers))
box = Bounded(4, 3, 1)
box.append(2)
box += [9]
try:
    box.extend([7, 8])
except OverflowError as exc:
    print("OverflowError:", exc)
box.reverse()
box.remove(1)
print(list(box), box.index(3), box.count(9), box.pop(), 2 in box, list(reversed(box)))
two, three = Multiples(range(0, 13, 2)), Multiples(range(0, 13, 3))
print(list(two & three), list(three - two), two >= {2, 4}, two.isdisjoint([1, 3]))
print(list(three ^ {3, 5}), three == {0, 3, 6, 9, 12}, len(two | three))
print(Upper(a=1) | {"b": 2}, UserList([3, 1]) + [2], UserString("text").upper() + "!", type(UserString("a") * 2).__name__)

#=> {'content-TYPE': 'text/plain', 'ETag': 'x1'} True - x1
#=> 5 [('content-TYPE', 'text/plain'), ('Age', '5')] ('content-TYPE', 'text/plain') 1
#=> OverflowError: no room for 7
#=> [9, 2, 3] 2 1 3 True [2, 9]
#=> [0, 6, 12] [3, 9] True True
#=> [0, 5, 6, 9, 12] True 9
#=> {'A': 1, 'B': 2} [3, 1, 2] TEXT! UserString
