# An exception inside a generator: where the traceback leads, and what state the generator is left in.


def parse(lines):
    for number, line in enumerate(lines, start=1):
        key, value = line.split("=")
        yield key.strip(), float(value)


def doubled(pairs):
    for key, value in pairs:
        yield key, value * 2


def total(pairs):
    result = 0
    for _, value in pairs:
        result += value
    return result


source = ["a = 1", "b = 2.5", "c = oops", "d = 4"]
pairs = doubled(parse(source))
print(next(pairs), next(pairs))
try:
    next(pairs)
except ValueError as exc:
    print("ValueError:", exc)
print(list(pairs), pairs.gi_frame, total(doubled(parse(source[:2]))))
print(total(doubled(parse([*source[:2], "c 3"]))))

#=> ('a', 2.0) ('b', 5.0)
#=> ValueError: could not convert string to float: ' oops'
#=> [] None 7.0
#! ValueError: not enough values to unpack (expected 2, got 1)
#@ 30, 17, 11, 6
