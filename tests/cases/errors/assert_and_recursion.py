# Assertions with messages, a caught RecursionError, and recursion that is deep but allowed.
import sys


def depth(tree):
    return 1 + max(map(depth, tree), default=0) if isinstance(tree, list) else 0


def forever(n):
    return forever(n + 1) + 1


def countdown(n):
    return 0 if n == 0 else 1 + countdown(n - 1)


def average(values):
    assert values, "average of no values"
    assert all(isinstance(value, (int, float)) for value in values), f"not numbers: {values}"
    return sum(values) / len(values)


print(depth([1, [2, [3, []]], []]), countdown(500), average([2, 4, 9]))
try:
    forever(0)
except RecursionError as exc:
    print(type(exc).__name__, "recursion" in str(exc), issubclass(RecursionError, RuntimeError))
print("still working:", countdown(600), sys.getrecursionlimit() >= 1000)

loop = []
loop.append(loop)
print(loop, loop[0][0] is loop)
try:
    depth(loop)
except RecursionError:
    print("the list contains itself")

for values in ([1, "2"], []):
    try:
        average(values)
    except AssertionError as exc:
        print("AssertionError:", exc, exc.args)
average([None])

#=> 4 500 5.0
#=> RecursionError True True
#=> still working: 600 True
#=> [[...]] True
#=> the list contains itself
#=> AssertionError: not numbers: [1, '2'] ("not numbers: [1, '2']",)
#=> AssertionError: average of no values ('average of no values',)
#! AssertionError: not numbers: [None]
#@ 43, 19
