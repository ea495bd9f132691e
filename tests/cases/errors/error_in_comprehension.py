# python: 3.12
# Errors inside comprehensions and generators: which frames show (comprehensions are inlined from 3.12 on).
import sys
import traceback


def half(value):
    if value % 2:
        raise ValueError(f"{value} is odd")
    return value // 2


def halves(values):
    for value in values:
        yield half(value)


def strict(values):
    return [half(value) for value in values]


def frames(func, *args):
    try:
        print(func(*args))
    except ValueError as exc:
        names = [frame.name for frame in traceback.extract_tb(exc.__traceback__)]
        print(f"{type(exc).__name__}: {exc} via", " > ".join(names), "at", sys.exception().__traceback__.tb_next.tb_lineno)


frames(strict, [2, 4])
frames(strict, [2, 3])
frames(lambda: sum(half(value) for value in [4, 5]))
frames(lambda: {half(value): value for value in (8, 9)})

started = halves([2, 7, 8])
print(next(started))
print(sum({"total": [item for item in halves([10, 12, 13])]}["total"]))

#=> [1, 2]
#=> ValueError: 3 is odd via frames > strict > half at 19
#=> ValueError: 5 is odd via frames > <lambda> > <genexpr> > half at 32
#=> ValueError: 9 is odd via frames > <lambda> > half at 33
#=> 1
#! ValueError: 13 is odd
#@ 37, 15, 9
