# Dispatch on types: singledispatch and its methods, overload as documentation, and a hand-made multimethod.
from decimal import Decimal
from functools import singledispatch, singledispatchmethod
from numbers import Integral, Number
from typing import get_overloads, overload, get_type_hints


@overload
def double(value: int) -> int: ...
@overload
def double(value: str) -> list[str]: ...
def double(value):
    return [value, value] if isinstance(value, str) else value * 2


@singledispatch
def describe(value):
    return f"some {type(value).__name__}"


@describe.register
def _(value: Number):
    return f"number {value}"


@describe.register(Integral)
def _(value):
    return f"integer {value}"


@describe.register
def _(value: list | tuple):
    return f"[{', '.join(map(describe, value))}]"


class Formatter:
    @singledispatchmethod
    def show(self, value, width=6):
        return str(value).rjust(width)

    @show.register
    def _(self, value: float, width=6):
        return f"{value:{width}.2f}"

    @show.register(bool)
    def _(self, value, width=6):
        return ("yes" if value else "no").rjust(width)


class Multi:
    def __init__(self):
        self.table = {}

    def __call__(self, function):
        *kinds, _ = get_type_hints(function).values()
        self.table[tuple(kinds)] = function
        return lambda *args: self.table[tuple(map(type, args))](*args)


collide = Multi()


@collide
def hit(a: int, b: str) -> str:
    return f"int {a} meets {b}"


@collide
def hit(a: str, b: str) -> str:
    return a + b


print(double(4), double("ab"), len(get_overloads(double)), get_type_hints(get_overloads(double)[1]))
print(describe(2.5), "|", describe(True), "|", describe([1, (Decimal("2.0"), "x")]), "|", describe(None))
print(describe.dispatch(int) is describe.dispatch(bool), len(describe.registry), describe.dispatch(set).__name__)
formatter = Formatter()
print([formatter.show(value) for value in (3, 2.5, True, "ab")], formatter.show(1.0, width=8))
print(hit(1, "b"), hit("a", "b"), sorted(len(key) for key in collide.table))

#=> 8 ['ab', 'ab'] 2 {'value': <class 'str'>, 'return': list[str]}
#=> number 2.5 | integer True | [integer 1, [number 2.0, some str]] | some NoneType
#=> True 5 describe
#=> ['     3', '  2.50', '   yes', '    ab']     1.00
#=> int 1 meets b ab [2, 2]
