# TypedDict, NewType, Literal, Annotated, Final and NamedTuple, and what of them exists at run time.
from typing import (Annotated, Any, ClassVar, Final, Literal, NamedTuple, NewType, NotRequired, Optional, Required,
                    TypedDict, Union, get_args, get_origin, get_type_hints)

UserId = NewType("UserId", int)
Mode = Literal["r", "w", "a"]
LIMIT: Final = 10


class Movie(TypedDict):
    title: str
    year: NotRequired[int]


class Detailed(Movie, total=False):
    rating: Required[float]
    notes: list[str]


class Employee(NamedTuple):
    name: str
    age: int = 30
    tags: tuple[str, ...] = ()

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in self.name.split())


class Unit:
    scale: ClassVar[float] = 1.0
    length: Annotated[float, "metres", {"min": 0}]
    parent: "Unit | None" = None


movie: Movie = {"title": "Solaris", "year": "not checked"}
print(type(movie), sorted(Movie.__required_keys__), sorted(Detailed.__required_keys__), sorted(Detailed.__optional_keys__))
print(Movie(title="Stalker"), Movie.__total__, Detailed.__annotations__.keys() == {"title", "year", "rating", "notes"})
print(UserId(7) + 1, UserId.__name__, UserId.__supertype__, type(UserId(7)), get_args(Mode), get_origin(Mode) is Literal)
ada = Employee("Ada King", tags=("maths",))
print(ada, ada.initials, ada._replace(age=36).age, Employee._field_defaults, ada == ("Ada King", 30, ("maths",)))
hints = get_type_hints(Unit, include_extras=True)
print(hints["length"].__metadata__, hints["length"].__origin__)
print(get_type_hints(Unit)["length"], "ClassVar" in str(hints["scale"]), Unit.__annotations__["parent"])
print(get_type_hints(Unit)["parent"] == Optional[Unit], Union[int, str, int] == int | str, Optional[None] is type(None))
print(Literal[1, 2, 1] == Literal[2, 1], get_args(dict[str, list[int]]), get_origin(list[int]), Union[int])


def handler(path: str, mode: Mode = "r", *args: Any, retry: "int" = 3) -> "list[UserId]": ...


print({name: getattr(hint, "__name__", None) for name, hint in get_type_hints(handler).items() if name != "mode"}, LIMIT)

#=> <class 'dict'> ['title'] ['rating', 'title'] ['notes', 'year']
#=> {'title': 'Stalker'} True True
#=> 8 UserId <class 'int'> <class 'int'> ('r', 'w', 'a') True
#=> Employee(name='Ada King', age=30, tags=('maths',)) AK 36 {'age': 30, 'tags': ()} True
#=> ('metres', {'min': 0}) <class 'float'>
#=> <class 'float'> True Unit | None
#=> True True True
#=> True (<class 'str'>, list[int]) <class 'list'> <class 'int'>
#=> {'path': 'str', 'args': 'Any', 'retry': 'int', 'return': 'list'} 10
