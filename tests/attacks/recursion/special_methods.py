# Recurses through methods that C calls, which the counter of Python calls does not see.
#% limits: time=20s
import sys
sys.setrecursionlimit(20_000)
class A:
    def __getattr__(self, name): return getattr(self, name + "x")
    def __eq__(self, other): return other == self
    def __lt__(self, other): return other > self
    def __gt__(self, other): return other < self
    def __hash__(self): return hash(self)
    def __repr__(self): return repr(self)
    def __len__(self): return len(self)
    def __iter__(self): return iter(self)
    def __add__(self, other): return self + other
    def __contains__(self, x): return x in self
    def __getitem__(self, i): return self[i]
    def __bool__(self): return bool(self)
    def __index__(self): return [1][self]
    def __format__(self, spec): return format(self, spec)
    def __enter__(self):
        with self: pass
    def __exit__(self, *a): pass
    def __set_name__(self, owner, name): type("B", (), {"a": self})
    def __instancecheck__(self, x): return isinstance(x, self)
    def __dir__(self): return dir(self)
    def __reduce_ex__(self, n): return __import__("copy").copy(self)
a, b = A(), A()
def entered():
    with a: pass
for do in (lambda: a.x, lambda: a == b, lambda: a < b, lambda: hash(a), lambda: repr(a), lambda: len(a), lambda: iter(a), lambda: a + 1,
           lambda: 1 in a, lambda: a[0], lambda: bool(a), lambda: [1][a], lambda: f"{a}", entered, lambda: type("B", (), {"a": a}), lambda: isinstance(1, a),
           lambda: dir(a), lambda: __import__("copy").copy(a)):
    try:
        do()
        print("done")
    except (RecursionError, MemoryError, RuntimeError) as error:
        print(type(error).__name__)
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
#=> RecursionError
