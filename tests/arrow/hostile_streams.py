"""Streams that are cut off, damaged, or made to do harm: each is a ValueError, or a frame."""

import struct

import numpy as np
import pandas as pd
from fumehood import arrow
from fumehood.arrow import flatbuffers
from fumehood.arrow.flatbuffers import pairs, table, text, vector
from fumehood.arrow.layout import CONTINUATION, Kind

LEAST, MOST = -(1 << 63), (1 << 63) - 1


def stream_of(name: str) -> bytes:
    with open(f"{name}.arrows", "rb") as file:
        return file.read()


def attempt(stream) -> bool:
    """Whether it was read."""
    try:
        arrow.read(memoryview(stream))
    except ValueError:
        return False
    return True


def refused(part: str, stream: bytes):
    try:
        frame = arrow.read(memoryview(stream))
    except ValueError as error:
        assert part in str(error), f"{part!r} is not in {str(error)!r}"
    else:
        raise AssertionError(f"it was read as {frame.shape}, and not refused with {part!r}")


# Damaged ------------------------------------------------------------------------------------------

types, batches = stream_of("types"), stream_of("batches")
small = b"".join(arrow.write(pd.DataFrame({"a": [1, 2], "b": ["x", None]}, index=["p", "q"])))

for stream, step in ((small, 1), (batches, 5)):
    assert attempt(stream)
    for end in range(0, len(stream), step):
        assert not attempt(stream[:end]), f"cut off at {end}"
    refused("goes on after its end", stream + stream)

# One in so many bytes of each stream, and all its bits in turn.
for stream, step in ((small, 3), (batches, 11), (types, 61)):
    for at in range(0, len(stream), step):
        damaged = bytearray(stream)
        damaged[at] ^= 1 << (at // step % 8)
        attempt(damaged)
        damaged[at] = 255 - stream[at]
        attempt(damaged)

# Numbers at which sums overflow where numbers have 32 or 64 bits.
EDGES = [0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, MOST, 1 << 63, (1 << 64) - 8]
for stream, step in ((small, 12), (types, 148)):
    for number, at in enumerate(range(0, len(stream) - 8, step)):
        for edge in (EDGES[number % 7], EDGES[(number + 3) % 7]):
            damaged = bytearray(stream)
            struct.pack_into("<Q" if edge >= 1 << 32 else "<I", damaged, at, edge)
            attempt(damaged)

# Made to do harm ----------------------------------------------------------------------------------


def message(kind, header, body=b"", length=None) -> bytes:
    size = len(body) if length is None else length
    out = flatbuffers.written(table(("h", 4), ("B", kind), header, ("q", size)))
    out += bytes(-len(out) % 8)
    return struct.pack("<II", CONTINUATION, len(out)) + out + body


def field(kind, parameters=(), children=(), name="a", encoding=None):
    return table(text(name), ("?", True), ("B", kind), table(*parameters), encoding, vector(list(children)))


def counts(count):
    """How many buffers the views of a column are about: a vector of one long integer."""

    def put(out):
        out += bytes(-(len(out) + 4) % 8)
        out += struct.pack("<Iq", 1, count)
        return len(out) - 12

    return put


def schema(*fields, metadata=()) -> bytes:
    told = [table(text(key), text(value)) for key, value in metadata]
    return message(1, table(("h", 0), vector(list(fields)), vector(told)))


def batch(length, nodes, buffers, body=b"", views=None) -> bytes:
    return message(3, table(("q", length), pairs(nodes), pairs(buffers), None, views), body)


END = struct.pack("<II", CONTINUATION, 0)
INT64 = field(Kind.INT, (("i", 64), ("?", True)))
UTF8 = field(Kind.UTF8)
NULL = field(Kind.NULL)
one = struct.pack("<q", 1)

assert attempt(schema(INT64) + batch(1, [(1, 0)], [(0, 0), (0, 8)], one) + END)
refused("cut off", b"")
refused("no schema", END)
refused("no message", b"ARROW1\0\0" + small)
refused("kind 3", batch(0, [], []) + END)
refused("kind 1", schema(INT64) + schema(INT64) + END)
refused("kind 9", schema(INT64) + message(9, table()) + END)
refused("not within", schema(INT64) + struct.pack("<Ii", CONTINUATION, -8) + END)
refused("not within", schema(INT64) + message(3, table(("q", 0)), length=MOST) + END)
refused("not within", schema(INT64) + message(3, table(("q", 0)), length=-8) + END)
refused("big-endian", message(1, table(("h", 1), vector([INT64]))) + END)

# Lengths and places.
for length in (MOST, LEAST, -1, 2, 1 << 31, 1 << 32, 1 << 61):
    for node in ((length, 0), (length, length), (1, length)):
        refused("", schema(INT64) + batch(length, [node], [(0, 0), (0, 8)], one) + END)
for place in ((-8, 8), (8, 8), (0, MOST), (MOST, 8), (0, -8), (LEAST, 8), (1 << 32, 8), (1, 8)):
    refused("", schema(INT64) + batch(1, [(1, 0)], [(0, 0), place], one) + END)
refused("more than there is", schema(INT64, INT64) + batch(1, [(1, 0)] * 2, [(0, 0), (0, 8)] * 2, one) + END)
refused("less than the schema", schema(INT64, INT64) + batch(1, [(1, 0)], [(0, 0), (0, 8)], one) + END)
refused("more than the schema", schema(INT64) + batch(1, [(1, 0)] * 2, [(0, 0), (0, 8)], one) + END)
refused("2 of 1 values are null", schema(INT64) + batch(1, [(1, 2)], [(0, 0), (0, 8)], one) + END)
refused("column 'a'", schema(INT64) + batch(1, [(1, 1)], [(0, 0), (0, 8)], one) + END)

# Texts.
for offsets in ((0, 9, 4), (-4, 0, 4), (0, -1, 4), (0, 2, 5), (0, 0x7FFFFFFF, 0x7FFFFFFF), (4, 3, 2)):
    body = struct.pack("<3i4x4s4x", *offsets, b"abcd")
    refused("column 'a'", schema(UTF8) + batch(2, [(2, 0)], [(0, 0), (0, 12), (16, 4)], body) + END)
body = struct.pack("<2i4s4x", 0, 4, b"a\xffb\xc0")
refused("utf-8", schema(UTF8) + batch(1, [(1, 0)], [(0, 0), (0, 8), (8, 4)], body) + END)
view = field(Kind.UTF8_VIEW)
for size, number, start in ((13, 0, 4), (13, 1, 0), (13, -1, 0), (13, 0, -1), (-1, 0, 0), (0x7FFFFFFF, 0, 0)):
    body = struct.pack("<i4xii16s", size, number, start, b"x" * 16)
    refused("column 'a'", schema(view) + batch(1, [(1, 0)], [(0, 0), (0, 16), (16, 16)], body, counts(1)) + END)
for count in (2, 1 << 40, MOST, -1):
    body = bytes(32)
    refused("", schema(view) + batch(1, [(1, 0)], [(0, 0), (0, 16), (16, 16)], body, counts(count)) + END)
# A thousand texts, each of them nearly all there is.
long = bytes(65) * 1000
body = b"".join(struct.pack("<i4xii", len(long) - i, 0, i) for i in range(1000)) + long
buffers = [(0, 0), (0, 16000), (16000, len(long))]
refused("far more values than bytes", schema(view) + batch(1000, [(1000, 0)], buffers, body, counts(1)) + END)

# Values of no bytes.
refused("far more values than bytes", schema(NULL) + batch(1 << 30, [(1 << 30, 0)], []) + END)
refused("far more values than bytes", schema(NULL) + batch(1 << 22, [(1 << 22, 0)], []) * 2 + END)
refused("", schema(NULL) + batch(MOST, [(MOST, 0)], []) + END)
refused("", schema(NULL) + batch(0, [(LEAST, 0)], []) + batch(1 << 30, [(1 << 30, 0)], []) + END)
refused("far more values than bytes", schema() + batch(MOST, [], []) * 3 + END)
for kind, parameters, nodes, children in (
    (Kind.FIXED_SIZE_BINARY, (("i", 0),), [(MOST, 0)], ()),
    (Kind.FIXED_SIZE_LIST, (("i", 0),), [(MOST, 0), (0, 0)], (NULL,)),
    (Kind.FIXED_SIZE_LIST, (("i", 1 << 30),), [(4, 0), (1 << 32, 0)], (NULL,)),
    (Kind.STRUCT, (), [(MOST, 0)], ()),
    (Kind.STRUCT, (), [(1 << 30, 0)] * 2, (NULL,)),
):
    buffers = [(0, 0)] * (2 if kind == Kind.FIXED_SIZE_BINARY else 1)
    made = schema(field(kind, parameters, children)) + batch(nodes[0][0], nodes, buffers) + END
    refused("far more values than bytes", made)

# Types.
deep = INT64
for _ in range(40):
    deep = field(Kind.LIST, children=[deep])
refused("nested too deeply", schema(deep) + END)
for kind, parameters in (
    (Kind.INT, (("i", 24), ("?", True))),
    (Kind.INT, (("i", -8), ("?", True))),
    (Kind.FLOAT, (("h", 3),)),
    (Kind.FLOAT, (("h", -1),)),
    (Kind.TIMESTAMP, (("h", -1),)),
    (Kind.TIMESTAMP, (("h", 0), text("../../../etc/passwd"))),
    (Kind.TIMESTAMP, (("h", 0), text("Mars/Olympus"))),
    (Kind.TIMESTAMP, (("h", 0), text("+25:00"))),
    (Kind.TIMESTAMP, (("h", 0), text("x" * 10000))),
    (Kind.TIMESTAMP, (("h", 0), text("dateutil//work/small"))),
    (Kind.TIME, (("h", 3), ("i", 32))),
    (Kind.DECIMAL, (("i", 38), ("i", 0), ("i", 12))),
    (Kind.DECIMAL, (("i", 38), ("i", 0x7FFFFFFF), ("i", 128))),
    (Kind.FIXED_SIZE_BINARY, (("i", -1),)),
    (Kind.LIST, ()),
    (Kind.UNION, ()),
    (99, ()),
    (0, ()),
):
    refused("column 'a'", schema(field(kind, parameters)) + END)
for kind, parameters, body in (
    (Kind.DATE, (("h", 0),), struct.pack("<i", 0x7FFFFFFF)),
    (Kind.DATE, (("h", 1),), struct.pack("<q", LEAST)),
    (Kind.TIME, (("h", 2), ("i", 64)), struct.pack("<q", 86400 * 10**6)),
    (Kind.TIME, (("h", 0), ("i", 32)), struct.pack("<i", -1)),
    (Kind.TIME, (("h", 3), ("i", 64)), struct.pack("<q", 1)),
):
    buffers = [(0, 0), (0, len(body))]
    refused("column 'a'", schema(field(kind, parameters)) + batch(1, [(1, 0)], buffers, body) + END)

# Dictionaries.
index = table(("i", 8), ("?", True))
coded = field(Kind.UTF8, encoding=table(("q", 5), index, ("?", False)))
texts = table(("q", 1), pairs([(1, 0)]), pairs([(0, 0), (0, 8), (8, 4)]))
body = struct.pack("<2i4s4x", 0, 4, b"text")
dictionary = message(2, table(("q", 5), texts), body)
for code in (1, -1, 127):
    codes = batch(1, [(1, 0)], [(0, 0), (0, 1)], struct.pack("<b7x", code))
    refused("none of the dictionary's", schema(coded) + dictionary + codes + END)
refused("dictionary is not there", schema(coded) + batch(1, [(1, 0)], [(0, 0), (0, 1)], bytes(8)) + END)
refused("no column has the dictionary 5", schema(UTF8) + dictionary + END)

# Metadata that says the same again and again.


def repeated(item, count):
    """A vector that has the same table several times."""

    def put(out):
        out += bytes(-len(out) % 4)
        at = len(out)
        out += struct.pack("<I", count) + bytes(4 * count)
        place = item(out)
        for number in range(count):
            struct.pack_into("<I", out, at + 4 + 4 * number, place - at - 4 - 4 * number)
        return at

    return put


doubling = INT64
for _ in range(30):
    doubling = table(text("a"), None, ("B", Kind.STRUCT), table(), None, repeated(doubling, 2))
refused("again and again", schema(doubling) + END)
long_name = field(Kind.NULL, name="x" * 10000)
refused("again and again", message(1, table(("h", 0), repeated(long_name, 2000))) + END)

# What pandas is said to have told.
for told in (
    "[" * 100_000,
    "null",
    "{",
    '{"index_columns": 5, "columns": {"a": 1}, "column_indexes": [1]}',
    '{"index_columns": [{"kind": "range", "start": 0, "stop": 1, "step": 0}]}',
    '{"index_columns": [{"kind": "range", "start": 0, "stop": 1%s, "step": 1%s}]}' % ("0" * 99, "0" * 99),
    '{"index_columns": ["a", "a"]}',
    '{"index_columns": ["b"]}',
    '{"index_columns": [["a"]]}',
    '{"columns": [{"field_name": "a", "numpy_type": "O, V2000000000"}]}',
    '{"columns": [{"field_name": ["a"], "numpy_type": {}}, null]}',
    '{"column_indexes": [{"name": [], "numpy_type": "int64"}]}',
):
    made = schema(INT64, metadata=[("pandas", told)]) + batch(1, [(1, 0)], [(0, 0), (0, 8)], one) + END
    assert arrow.read(memoryview(made)).equals(pd.DataFrame({"a": [1]})), told
half = field(Kind.FLOAT, (("h", 0),))
made = schema(half, metadata=[("pandas", '{"index_columns": ["a"]}')])
made += batch(1, [(1, 0)], [(0, 0), (0, 2)], np.array([0.5, 0, 0, 0], "f2").tobytes()) + END
assert arrow.read(memoryview(made))["a"].tolist() == [0.5]
print("all is as expected")
