# Nests classes, types and their checks: subclasses of subclasses, unions, generics, metaclasses that call
# themselves.
#% limits: time=20s memory=400MiB
import functools, typing
def tried(do):
    try:
        do()
        return "done"
    except Exception as error:
        return type(error).__name__
def subclasses():
    cls = object
    for n in range(400):
        cls = type("C", (cls,), {})
    cls.x = 1
    return isinstance(cls(), cls)
def unions():
    kind = int
    for n in range(2_000):
        kind = kind | type("T", (), {})
    return isinstance("", kind)
def generics():
    kind = list[int]
    for n in range(100_000):
        kind = list[kind]
    return repr(kind), hash(kind)
def tuples():
    kind = (int,)
    for n in range(100_000):
        kind = (kind,)
    return isinstance("", kind)
def metaclass():
    class Meta(type):
        def __call__(cls, *a): return cls(*a)
        def __instancecheck__(cls, x): return isinstance(x, cls)
        def __getattr__(cls, name): return getattr(cls, name)
    class A(metaclass=Meta): pass
    return tried(A), tried(lambda: isinstance(1, A)), tried(lambda: A.x)
def initialised():
    class A:
        def __init_subclass__(cls): type("B", (cls,), {})
    class B(A): pass
def bases():
    class Bases:
        def __mro_entries__(self, b): return type("X", (self,), {}).__mro__
    class A(Bases()): pass
for do in (subclasses, unions, generics, tuples, initialised, bases):
    print(do.__name__, tried(do))
print(metaclass())
#=> subclasses done
#=> unions done
#=> generics RecursionError
#=> tuples done
#=> initialised RecursionError
#=> bases TypeError
#=> ('RecursionError', 'RecursionError', 'RecursionError')
#% session: either
