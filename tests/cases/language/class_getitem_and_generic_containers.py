# __class_getitem__, user-defined generics, and a typed container that checks what its type argument says.
from typing import Generic, TypeVar, get_args, get_origin

T = TypeVar("T")
K = TypeVar("K")


class Checked:
    kind = object

    def __class_getitem__(cls, kind):
        return type(f"{cls.__name__}[{kind.__name__}]", (cls,), {"kind": kind})

    def __init__(self, *items):
        for position, item in enumerate(items):
            if not isinstance(item, self.kind):
                raise TypeError(f"item {position} is {type(item).__name__}, not {self.kind.__name__}")
        self.items = list(items)

    def __repr__(self):
        return f"{type(self).__name__}{tuple(self.items)}"


class Stack(Generic[T]):
    def __init__(self):
        self.items: list[T] = []

    def push(self, item: T) -> T:
        self.items.append(item)
        return item


class Index(dict[K, list[T]], Generic[K, T]):
    def add(self, key: K, item: T) -> None:
        self.setdefault(key, []).append(item)


print(Checked[int](1, 2), Checked("any", 1), Checked[int].__mro__[1] is Checked)
try:
    Checked[str]("a", 2)
except TypeError as exc:
    print("TypeError:", exc)
print(Stack[int], get_origin(Stack[int]) is Stack, get_args(Stack[int]), Stack[int]().push("not checked"))
index = Index[str, int]()
index.add("even", 2)
index.add("even", 4)
print(index, type(index).__name__, Index.__parameters__, Stack[list[T]].__parameters__)
print(list[int], dict[str, list[int]].__args__, tuple[int, ...], (int | None).__args__, list[T][str])
print(list[int]("ab"), isinstance([], list), type(list[int]).__name__, Stack[int]().__orig_class__)

#=> Checked[int](1, 2) Checked('any', 1) True
#=> TypeError: item 1 is int, not str
#=> __main__.Stack[int] True (<class 'int'>,) not checked
#=> {'even': [2, 4]} Index (~K, ~T) (~T,)
#=> list[int] (<class 'str'>, list[int]) tuple[int, ...] (<class 'int'>, <class 'NoneType'>) list[str]
#=> ['a', 'b'] True GenericAlias __main__.Stack[int]
