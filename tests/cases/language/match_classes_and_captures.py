# Pattern matching in an interpreter for small expressions: class patterns, captures, guards, constants and or-patterns.
from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from enum import Enum


class Op(Enum):
    ADD = "+"
    MUL = "*"


@dataclass(frozen=True)
class Num:
    value: float


@dataclass(frozen=True)
class Var:
    name: str


@dataclass(frozen=True)
class Binary:
    op: Op
    left: object
    right: object


class Call:
    __match_args__ = ("name", "args")

    def __init__(self, name, *args):
        self.name, self.args = name, args


Span = namedtuple("Span", "start end")


def simplify(node):
    match node:
        case Binary(op, left, right) if (l := simplify(left)) != left or (r := simplify(right)) != right:
            return simplify(Binary(op, l, simplify(right)))
        case Binary(Op.ADD, Num(a), Num(b)):
            return Num(a + b)
        case Binary(Op.MUL, Num(a), Num(b)):
            return Num(a * b)
        case Binary(Op.MUL, Num(0), _) | Binary(Op.MUL, _, Num(0)):
            return Num(0)
        case Binary(Op.MUL, Num(1), other) | Binary(Op.MUL, other, Num(1)) | Binary(Op.ADD, Num(0), other):
            return other
        case Call("max", [Num(a), Num(b), *rest]):
            return simplify(Call("max", Num(max(a, b)), *rest)) if rest else Num(max(a, b))
        case Call(name=str(name), args=(single,)):
            return f"{name} of {simplify(single)}"
        case Span(start, end) if start == end:
            return "empty span"
        case [[Num(x), *_], *_] | (Num(x), _):
            return f"first is {x}"
        case {"op": ("+" | "*") as op, "args": [left, right], **rest} if not rest:
            return simplify(Binary(Op(op), left, right))
        case _:
            return node


x, two = Var("x"), Num(2)
print(simplify(Binary(Op.ADD, Num(1), Binary(Op.MUL, two, Num(3)))), simplify(Binary(Op.MUL, x, Num(1))))
print(simplify(Binary(Op.ADD, Binary(Op.MUL, Num(0), x), x)), simplify(Call("max", Num(1), Num(9), Num(4))))
print(simplify(Call("sin", Binary(Op.ADD, Num(0), x))), simplify(Span(3, 3)), simplify(Span(3, 4)))
print(simplify([[two, x], 5]), simplify((two, None)), simplify([]), simplify("ab"))
print(simplify({"op": "+", "args": [two, two]}), simplify({"op": "-", "args": [two, two]})["op"])

#=> Num(value=7) Var(name='x')
#=> Var(name='x') Num(value=9)
#=> sin of Var(name='x') empty span Span(start=3, end=4)
#=> first is 2 first is 2 [] ab
#=> Num(value=4) -
