# python: 3.12
# Type parameters in the syntax of Python 3.12: generic classes and functions, aliases, bounds and lazy evaluation.
from typing import TypeAliasType, get_args

type Pair[A, B] = tuple[A, B]
type Tree = int | list[Tree]
type Broken = no_such_name


class Stack[T]:
    def __init__(self, *items: T) -> None:
        self.items = list(items)

    def push(self, item: T) -> "Stack[T]":
        self.items.append(item)
        return self

    def map[R](self, function) -> "Stack[R]":
        return Stack(*map(function, self.items))


class Numbers[N: (int, float), *Rest](Stack[N]):
    def total(self) -> N:
        return sum(self.items)


def largest[T: float](*values: T, **options) -> T:
    return max(values)


def apply[**P, R](function, *args: P.args, **kwargs: P.kwargs) -> R:
    return function(*args, **kwargs)


def depth(tree: Tree) -> int:
    return 1 + max(map(depth, tree), default=0) if isinstance(tree, list) else 0


print(Stack(1, 2).push(3).map(str).items, Stack[int](5).items, Stack.__type_params__, Stack[str])
print([type(p).__name__ for p in Numbers.__type_params__], Numbers(1, 2.5).total(), Numbers.__orig_bases__)
T = largest.__type_params__[0]
print(T.__name__, T.__bound__, largest(2, 9, 4), Numbers.__type_params__[0].__constraints__, "T" in vars(Stack))
print([type(p).__name__ for p in apply.__type_params__], apply(divmod, 17, 5), apply(sorted, "cab", reverse=True))
print(type(Tree) is TypeAliasType, Tree.__name__, Tree.__value__.__args__[0], depth([1, [2, [3]]]))
print(Pair[int, str].__origin__ is Pair, Pair.__type_params__, get_args(Pair[int, str]), Pair.__value__)
try:
    Broken.__value__
except NameError as exc:
    print("NameError:", exc)

#=> ['1', '2', '3'] [5] (T,) __main__.Stack[str]
#=> ['TypeVar', 'TypeVarTuple'] 3.5 (__main__.Stack[N], typing.Generic[N, typing.Unpack[Rest]])
#=> T <class 'float'> 9 (<class 'int'>, <class 'float'>) False
#=> ['ParamSpec', 'TypeVar'] (3, 2) ['c', 'b', 'a']
#=> True Tree <class 'int'> 3
#=> True (A, B) (<class 'int'>, <class 'str'>) tuple[A, B]
#=> NameError: name 'no_such_name' is not defined
