# Protocols: structural subtyping, runtime checks, generic protocols and protocols with attributes.
from typing import Generic, Protocol, TypeVar, runtime_checkable

T_co = TypeVar("T_co", covariant=True)


@runtime_checkable
class HasArea(Protocol):
    name: str

    def area(self) -> float: ...


@runtime_checkable
class Closable(Protocol):
    def close(self) -> None: ...


class Source(Protocol[T_co]):
    def read(self) -> T_co: ...

    def twice(self) -> tuple[T_co, T_co]:
        return self.read(), self.read()


class Square:
    def __init__(self, side):
        self.name, self.side = "square", side

    def area(self):
        return self.side**2


class Nameless:
    def area(self):
        return 0


class Numbers(Source[int]):
    def __init__(self):
        self.last = 0

    def read(self) -> int:
        self.last += 1
        return self.last


def total(shapes: list[HasArea]) -> float:
    return sum(shape.area() for shape in shapes)


print(isinstance(Square(2), HasArea), isinstance(Nameless(), HasArea), total([Square(2), Square(3), Nameless()]))
print(isinstance(open, Closable), issubclass(type("File", (), {"close": print}), Closable), Numbers().twice())
for attempt in (lambda: issubclass(Square, HasArea), lambda: isinstance(Numbers(), Source), lambda: HasArea()):
    try:
        attempt()
    except TypeError as exc:
        print("TypeError:", str(exc)[:31])
print(Numbers.__mro__[1].__name__, Generic in Numbers.__mro__, Numbers.__orig_bases__, HasArea._is_protocol)

#=> True False 13
#=> False True (1, 2)
#=> TypeError: Protocols with non-method membe
#=> TypeError: Instance and class checks can o
#=> TypeError: Protocols cannot be instantiate
#=> Source True (__main__.Source[int],) True
