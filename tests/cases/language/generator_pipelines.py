# A lazy pipeline of generators: parsing, filtering, windows and grouping run item by item, on demand.
from collections import deque
from itertools import groupby, islice

LOG = """
2024-05-01 09:00 temp 20.5
2024-05-01 10:00 temp bad
2024-05-01 11:00 wind 3
# maintenance
2024-05-02 09:00 temp 22.5
2024-05-02 10:00 temp 23
2024-05-03 09:00 temp 19
2024-05-03 10:00 temp 18.5
"""


def lines(text, read):
    for number, line in enumerate(text.splitlines()):
        read.append(number)
        if line and not line.startswith("#"):
            yield line


def records(source, errors):
    for line in source:
        day, clock, kind, value = line.split()
        try:
            yield {"day": day, "hour": int(clock[:2]), "kind": kind, "value": float(value)}
        except ValueError as exc:
            errors.append(f"{day} {clock}: {exc}")


def windows(source, size):
    window = deque(maxlen=size)
    for item in source:
        window.append(item)
        if len(window) == size:
            yield tuple(window)


def of_kind(source, kind):
    return (record for record in source if record["kind"] == kind)


read, errors = [], []
pipeline = of_kind(records(lines(LOG, read), errors), "temp")
print("read before:", read, "first:", next(pipeline)["value"], "read after:", read)
print([f"{b['value'] - a['value']:+.1f}" for a, b in windows(pipeline, 2)], errors, len(read))
again = of_kind(records(lines(LOG, []), []), "temp")
for day, group in groupby(again, key=lambda record: record["day"]):
    values = [record["value"] for record in group]
    print(day, values, max(values))


def fibonacci():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


print(list(islice(fibonacci(), 5, 12)), next(n for n in fibonacci() if n > 10**6), list(pipeline))

#=> read before: [0, 1] first: 20.5 read after: [0, 1]
#=> ['+0.5', '-4.0', '-0.5'] ["2024-05-01 10:00: could not convert string to float: 'bad'"] 9
#=> 2024-05-01 [20.5] 20.5
#=> 2024-05-02 [22.5, 23.0] 23.0
#=> 2024-05-03 [19.0, 18.5] 19.0
#=> [5, 8, 13, 21, 34, 55, 89] 1346269 []
