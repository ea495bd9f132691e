# __slots__: no instance dict, defaults conflicts, inheritance, weak references and how repr helpers read them.
import weakref


class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y=0):
        self.x, self.y = x, y

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)}' for name in self.names())})"

    @classmethod
    def names(cls):
        return [name for base in reversed(cls.__mro__) for name in getattr(base, "__slots__", ())]


class Point3(Point):
    __slots__ = ("z",)

    def __init__(self, x, y, z):
        super().__init__(x, y)
        self.z = z


class Loose(Point):
    pass


class Observed(Point):
    __slots__ = ("__weakref__",)


print(Point(1), Point3(1, 2, 3), Point3.names(), hasattr(Point(1), "__dict__"), hasattr(Loose(1), "__dict__"))
loose = Loose(1)
loose.extra = "allowed"
print(vars(loose), type(Point.x).__name__, Point.x.__get__(Point(7)))
for attempt in (lambda: setattr(Point(1), "z", 3), lambda: vars(Point(1)), lambda: weakref.ref(Point(1)),
                lambda: type("Bad", (), {"__slots__": ("a",), "a": 1}), lambda: Point.__new__(Point).x):
    try:
        attempt()
    except (AttributeError, TypeError, ValueError) as exc:
        print(type(exc).__name__, str(exc)[:31])
observed = Observed(5)
reference = weakref.ref(observed)
print(reference() is observed, reference().x)
del observed, attempt
print(reference())

#=> Point(x=1, y=0) Point3(x=1, y=2, z=3) ['x', 'y', 'z'] False True
#=> {'extra': 'allowed'} member_descriptor 7
#=> AttributeError 'Point' object has no attribute
#=> TypeError vars() argument must have __dic
#=> TypeError cannot create weak reference to
#=> ValueError 'a' in __slots__ conflicts with
#=> AttributeError 'Point' object has no attribute
#=> True 5
#=> None
