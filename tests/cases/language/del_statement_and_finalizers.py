# The del statement in all its forms, and when objects end: __del__, weakref.finalize and reference cycles.
import gc
import sys
import weakref


class Resource:
    def __init__(self, name, log):
        self.name, self.log = name, log

    def __del__(self):
        self.log.append(f"del {self.name}")


class Shelf(dict):
    def __delitem__(self, key):
        super().__delitem__(key)
        print("removed", key, end="; ")

    def __delattr__(self, name):
        print("attribute", name, "stays", end="; ")


letters = list("abcdefgh")
del letters[0], letters[-1], letters[1:3]
print(letters)
del letters[::2]
shelf = Shelf(a=1, b=2)
del shelf["a"], shelf.size
print(letters, shelf, shelf.pop("b"))
first = second = [1]
del first
print(second, "first" in globals())
try:
    first
except NameError as exc:
    print("NameError:", exc)

log = []
one, two = Resource("one", log), Resource("two", log)
also_two = two
del one, two
print(log)
also_two = None
weakref.finalize(holder := Resource("three", log), log.append, "finalizer ran first")
del holder
print(log)

log.clear()
gc.disable()
cyclic = Resource("cycle", log)
cyclic.me = cyclic
reference = weakref.ref(cyclic)
del cyclic
print(log, reference() is not None)
gc.enable()
print(gc.collect() >= 1, log, reference(), gc.isenabled(), sys.getrefcount([]) <= 1)

#=> ['b', 'e', 'f', 'g']
#=> removed a; attribute size stays; ['e', 'g'] {} 2
#=> [1] False
#=> NameError: name 'first' is not defined
#=> ['del one']
#=> ['del one', 'del two', 'del three', 'finalizer ran first']
#=> [] True
#=> True ['del cycle'] None True True
