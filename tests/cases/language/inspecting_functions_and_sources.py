# Introspection: signatures, docstrings, members, frames, the source of functions of this very program.
import inspect
from functools import partial, wraps


def logged(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@logged
def area(width: float, height: float = 1.0, *, unit: str = "cm") -> float:
    """Multiply the sides.

    The unit is only a name.
    """
    return width * height  # sides


class Shape:
    corners = 4

    def grow(self, by): ...

    @staticmethod
    def make(): ...

    @classmethod
    def default(cls): ...

    @property
    def colour(self): ...


def caller_name():
    return inspect.currentframe().f_back.f_code.co_name


def asks():
    return caller_name()


def numbers():
    yield 1


async def later(): ...


print(inspect.signature(area), inspect.signature(partial(area, 2, unit="mm")), inspect.signature(Shape.grow))
print(inspect.getdoc(area).splitlines(), area.__wrapped__.__name__, area.__annotations__["unit"].__name__)
print(inspect.getsource(area).splitlines()[0], inspect.getsource(area).splitlines()[-1].strip())
print(inspect.getsourcelines(asks)[1], inspect.getsource(caller_name).count("\n"), asks())
print([(name, kind) for name, kind, cls, _ in inspect.classify_class_attrs(Shape) if cls is Shape and name[0] != "_"])
print([name for name, _ in inspect.getmembers(Shape(), inspect.ismethod)], inspect.isgeneratorfunction(numbers))
print(inspect.iscoroutinefunction(later), inspect.isgenerator(g := numbers()), inspect.getgeneratorstate(g), next(g),
      inspect.getgeneratorstate(g))
print(inspect.getfullargspec(area.__wrapped__).kwonlydefaults, inspect.unwrap(area) is area.__wrapped__)
print(repr(inspect.cleandoc("a\n    b\n      c")), inspect.getmro(bool)[1], inspect.isclass(Shape))
print(inspect.getmodule(Shape).__name__, inspect.getcallargs(area.__wrapped__, 3))

#=> (width: float, height: float = 1.0, *, unit: str = 'cm') -> float (height: float = 1.0, *, unit: str = 'mm') -> float (self, by)
#=> ['Multiply the sides.', '', 'The unit is only a name.'] area str
#=> @logged return width * height  # sides
#=> 42 2 asks
#=> [('colour', 'property'), ('corners', 'data'), ('default', 'class method'), ('grow', 'method'), ('make', 'static method')]
#=> ['default', 'grow'] True
#=> True True GEN_CREATED 1 GEN_SUSPENDED
#=> {'unit': 'cm'} True
#=> 'a\nb\n  c' <class 'int'> True
#=> __main__ {'width': 3, 'height': 1.0, 'unit': 'cm'}
