# Operator overloading: reflected and in-place operators, matmul, indexing, calls, hashing and NotImplemented.
import math
from functools import total_ordering


@total_ordering
class Vector:
    def __init__(self, *parts):
        self.parts = parts

    def __repr__(self):
        return f"Vector{self.parts}"

    def __add__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return Vector(*(a + b for a, b in zip(self.parts, other.parts, strict=True)))

    def __radd__(self, other):
        return self if other == 0 else NotImplemented

    def __mul__(self, factor):
        return Vector(*(part * factor for part in self.parts)) if isinstance(factor, (int, float)) else NotImplemented

    __rmul__ = __mul__

    def __matmul__(self, other):
        return sum(a * b for a, b in zip(self.parts, other.parts))

    def __neg__(self):
        return -1 * self

    def __abs__(self):
        return math.sqrt(self @ self)

    def __bool__(self):
        return any(self.parts)

    def __eq__(self, other):
        return isinstance(other, Vector) and self.parts == other.parts

    def __lt__(self, other):
        return abs(self) < abs(other)

    def __hash__(self):
        return hash(self.parts)

    def __getitem__(self, key):
        return Vector(*self.parts[key]) if isinstance(key, slice) else self.parts[key]

    def __iadd__(self, other):
        self.parts = (self + other).parts
        return self

    def __rtruediv__(self, other):
        return Vector(*(other / part for part in self.parts))

    def __call__(self, function):
        return Vector(*map(function, self.parts))


a, b = Vector(3, 4), Vector(1, -2)
print(a + b, a * 2, 2 * a, a @ b, -a, abs(a), bool(Vector(0, 0)), sum([a, b, b]), 12 / a, a[0], a[:1], a(lambda x: x**2))
alias = a
a += b
print(alias is a, a, a > b, b <= a, a == Vector(4, 2), {Vector(4, 2): "found"}[a], max(a, b), a != b, list(a))
for attempt in (lambda: a + 1, lambda: "x" * a, lambda: a + Vector(1), lambda: a @ 3, lambda: a - b):
    try:
        attempt()
    except (TypeError, ValueError, AttributeError) as exc:
        print(f"{type(exc).__name__}: {exc}")

#=> Vector(4, 2) Vector(6, 8) Vector(6, 8) -5 Vector(-3, -4) 5.0 False Vector(5, 0) Vector(4.0, 3.0) 3 Vector(3,) Vector(9, 16)
#=> True Vector(4, 2) True True True found Vector(4, 2) True [4, 2]
#=> TypeError: unsupported operand type(s) for +: 'Vector' and 'int'
#=> TypeError: can't multiply sequence by non-int of type 'Vector'
#=> ValueError: zip() argument 2 is shorter than argument 1
#=> AttributeError: 'int' object has no attribute 'parts'
#=> TypeError: unsupported operand type(s) for -: 'Vector' and 'Vector'
