# python: 3.12
# A generic LRU cache using the type parameter syntax of Python 3.12, driven by a short access trace.
from collections import OrderedDict
from collections.abc import Callable, Hashable

type Loader[K, V] = Callable[[K], V]


class LRUCache[K: Hashable, V]:
    def __init__(self, capacity: int, load: Loader[K, V]) -> None:
        self.capacity, self.load = capacity, load
        self.entries: OrderedDict[K, V] = OrderedDict()
        self.hits = self.misses = 0

    def __getitem__(self, key: K) -> V:
        if key in self.entries:
            self.hits += 1
            self.entries.move_to_end(key)
        else:
            self.misses += 1
            self.entries[key] = self.load(key)
            if len(self.entries) > self.capacity:
                evicted, _ = self.entries.popitem(last=False)
                print(f"evicted {evicted!r} {f"({len(self.entries)} left)"}")
        return self.entries[key]

    def __contains__(self, key: K) -> bool:
        return key in self.entries


def first[T](items: list[T], default: T) -> T:
    return items[0] if items else default


cache = LRUCache[str, int](3, len)
for word in "apple fig pear apple kiwi fig apple".split():
    print(word, cache[word], list(cache.entries))
print(cache.hits, cache.misses, "pear" in cache, first([], 7), first(["x"], "y"))
print([parameter.__name__ for parameter in LRUCache.__type_params__], Loader.__name__)

#=> apple 5 ['apple']
#=> fig 3 ['apple', 'fig']
#=> pear 4 ['apple', 'fig', 'pear']
#=> apple 5 ['fig', 'pear', 'apple']
#=> evicted 'fig' (3 left)
#=> kiwi 4 ['pear', 'apple', 'kiwi']
#=> evicted 'pear' (3 left)
#=> fig 3 ['apple', 'kiwi', 'fig']
#=> apple 5 ['kiwi', 'fig', 'apple']
#=> 2 5 False 7 x
#=> ['K', 'V'] Loader
