"""From a frame to a stream."""

import datetime
import decimal
import itertools
import json
import re
import struct

import numpy as np
import pandas as pd

from fumehood.arrow import flatbuffers
from fumehood.arrow.flatbuffers import pairs, table, text, vector
from fumehood.arrow.layout import (
    CONTINUATION,
    DICTIONARY_BATCH,
    NESTING,
    RECORD_BATCH,
    SCHEMA,
    UNITS,
    VERSION_5,
    Kind,
    label_told,
    naming,
)

_ALIGNMENT = 64
_DECIMAL_DIGITS = 38
_exactly = decimal.Context(prec=_DECIMAL_DIGITS, traps=[decimal.Inexact, decimal.InvalidOperation])


class _Column:
    """A column as Arrow has it: the parameters of its type, and buffers."""

    def __init__(self, kind, parameters, valid, buffers, children=(), dictionary=None):
        self.kind = kind
        self.parameters = parameters
        self.length = len(valid)
        self.nulls = self.length - int(np.count_nonzero(valid))
        bits = np.packbits(valid, bitorder="little") if self.nulls else b""
        # The type null has no buffers at all.
        self.buffers = [] if kind is Kind.NULL else [bits, *buffers]
        self.children = children
        self.dictionary = dictionary

    def field(self, name: str):
        """What the schema says of it."""
        values, encoding = self, None
        if self.dictionary:
            number, values, ordered = self.dictionary
            encoding = table(("q", number), table(*self.parameters), ("?", ordered))
        children = vector([child.field("item") for child in values.children])
        kind = ("B", values.kind)
        return table(text(name), ("?", True), kind, table(*values.parameters), encoding, children)

    def family(self):
        """It and its children, in the order in which batches have them."""
        yield self
        for child in self.children:
            yield from child.family()


def write(frame: pd.DataFrame) -> list:
    """The buffers whose concatenation is the stream of a table. Columns of numbers are not copied for them
    where they are contiguous, so the frame must not be changed as long as the buffers are used.

    Raises TypeError for a column without a type in Arrow, and ValueError for names or values that do not
    fit; both name the column."""
    labels = [str(label) for label in frame.columns]
    names = list(labels)
    columns = [column for _, column in frame.items()]
    index, levels = frame.index, []
    if isinstance(index, pd.RangeIndex):
        steps = {"start": index.start, "stop": index.stop, "step": index.step}
        levels.append({"kind": "range", "name": label_told(index.name), **steps})
    else:
        for level, label in enumerate(index.names):
            free = isinstance(label, str) and label not in names
            levels.append(label if free else f"__index_level_{level}__")
            names.append(levels[-1])
            labels.append(label_told(label))
            columns.append(index.get_level_values(level))

    encoded, fields, dictionaries = {}, [], []
    for name, values in zip(names, columns):
        if name in encoded:
            raise ValueError(f"two columns have the name {name!r}, and a table's names have to differ")
        with naming(name):
            encoded[name] = column = _column(values, dictionaries, NESTING)
            fields.append(column.field(name))

    told = {
        "index_columns": levels,
        "column_indexes": [_header_told(frame.columns)],
        "columns": [_column_told(*column) for column in zip(labels, names, columns)],
        "creator": {"library": "fumehood", "version": "1"},
        "pandas_version": pd.__version__,
    }
    metadata = vector([table(text("pandas"), text(json.dumps(told)))])
    buffers = _message(SCHEMA, table(("h", 0), vector(fields), metadata), [])
    for number, values in enumerate(dictionaries):
        batch, body = _batch([values], values.length)
        buffers += _message(DICTIONARY_BATCH, table(("q", number), batch, ("?", False)), body)
    buffers += _message(RECORD_BATCH, *_batch(encoded.values(), len(frame)))
    buffers.append(struct.pack("<II", CONTINUATION, 0))
    return buffers


def _header_told(header: pd.Index) -> dict:
    integers = isinstance(header.dtype, np.dtype) and header.dtype.kind in "iu"
    kinds = ("int64", "int64") if integers else ("unicode", "object")
    return _told(label_told(header.name), label_told(header.name), *kinds)


def _column_told(label, name: str, values) -> dict:
    dtype = values.dtype
    # Arrow's own types tell of categories and time zones.
    if isinstance(dtype, pd.CategoricalDtype):
        dtype = values.array.codes.dtype
    elif isinstance(dtype, pd.DatetimeTZDtype):
        dtype = f"datetime64[{dtype.unit}]"
    return _told(label, name, None, str(dtype))


def _told(label, name, kind: str | None, dtype: str) -> dict:
    return {"name": label, "field_name": name, "pandas_type": kind, "numpy_type": dtype, "metadata": None}


def _batch(columns, length: int):
    """What a message says of a batch, and its body."""
    family = [member for column in columns for member in column.family()]
    places, body, at = [], [], 0
    for buffer in itertools.chain.from_iterable(member.buffers for member in family):
        if isinstance(buffer, np.ndarray):
            buffer = np.ascontiguousarray(buffer).view(np.uint8).data
        padding = -len(buffer) % _ALIGNMENT
        places.append((at, len(buffer)))
        body += [buffer, bytes(padding)]
        at += len(buffer) + padding
    nodes = [(member.length, member.nulls) for member in family]
    return table(("q", length), pairs(nodes), pairs(places)), body


def _message(kind: int, header, body: list) -> list:
    size = sum(map(len, body))
    out = flatbuffers.written(table(("h", VERSION_5), ("B", kind), header, ("q", size)))
    # So that the body is aligned in memory if the stream is.
    out += bytes(-(len(out) + 8) % _ALIGNMENT)
    return [struct.pack("<II", CONTINUATION, len(out)) + out, *body]


def _column(values, dictionaries: list, nesting: int) -> _Column:
    """The column of a Series or Index. Adds the dictionaries that it needs."""
    dtype = values.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biuf":
        # Not a number is a number.
        return _numbers(values.to_numpy(), np.ones(len(values), bool))
    valid = ~np.asarray(values.isna())
    if dtype == object:
        return _objects(values.to_numpy(), valid, dictionaries, nesting)
    if isinstance(dtype, pd.StringDtype):
        return _texts(np.asarray(values, dtype=object)[valid], valid)
    array = values.array
    if isinstance(array, (pd.arrays.IntegerArray, pd.arrays.FloatingArray, pd.arrays.BooleanArray)):
        return _numbers(array.to_numpy(dtype=np.dtype(dtype.type), na_value=0), valid)
    if isinstance(array, pd.Categorical):
        categories = _column(array.categories, dictionaries, nesting)
        if categories.dictionary:
            raise TypeError("its categories are categorical themselves")
        column = _numbers(np.maximum(array.codes, 0), valid)
        column.dictionary = (len(dictionaries), categories, bool(array.ordered))
        dictionaries.append(categories)
        return column
    numbers, zone = _in_utc(values)
    return _numbers(numbers, valid, zone)


def _in_utc(values) -> tuple[np.ndarray, str | None]:
    """The numbers of a Series or Index, and their time zone."""
    dtype = values.dtype
    if isinstance(dtype, pd.DatetimeTZDtype):
        return pd.DatetimeIndex(values).tz_convert(None).to_numpy(), _zone_name(dtype.tz)
    if not isinstance(dtype, np.dtype):
        raise TypeError(f"Arrow has no type for the dtype {dtype}; convert it, as astype(str) does")
    return values.to_numpy(), None


def _zone_name(zone: datetime.tzinfo) -> str:
    # As zoneinfo and pytz have it.
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if zone is datetime.UTC or name:
        return name or "UTC"
    offset = zone.utcoffset(None)
    fixed = "" if offset is None else str(datetime.timezone(offset))[3:] or "+00:00"
    if not re.fullmatch(r"[+-]\d\d:\d\d", fixed):
        raise TypeError(f"Arrow has no name for the time zone {zone}; use tz_convert first")
    return fixed


def _numbers(numbers: np.ndarray, valid: np.ndarray, zone: str | None = None) -> _Column:
    kind, width = numbers.dtype.kind, numbers.dtype.itemsize
    if kind == "b":
        return _Column(Kind.BOOL, (), valid, [np.packbits(numbers, bitorder="little")])
    if kind in "iu" and width <= 8:
        kind, parameters = Kind.INT, (("i", 8 * width), ("?", kind == "i"))
    elif kind == "f" and width <= 8:
        kind, parameters = Kind.FLOAT, (("h", [2, 4, 8].index(width)),)
    elif kind in "mM" and np.datetime_data(numbers.dtype)[0] in UNITS:
        unit = ("h", UNITS.index(np.datetime_data(numbers.dtype)[0]))
        kind = Kind.TIMESTAMP if kind == "M" else Kind.DURATION
        parameters = (unit, text(zone)) if zone else (unit,)
    else:
        raise TypeError(f"Arrow has no type for the dtype {numbers.dtype}")
    return _Column(kind, parameters, valid, [numbers.astype(numbers.dtype.newbyteorder("<"), copy=False)])


def _objects(values: np.ndarray, valid: np.ndarray, dictionaries: list, nesting: int) -> _Column:
    present = values[valid]
    kinds = set(map(type, present))
    if not kinds:
        return _Column(Kind.NULL, (), valid, [])
    if all(issubclass(kind, str) for kind in kinds):
        return _texts(present, valid)
    if all(issubclass(kind, (bytes, bytearray)) for kind in kinds):
        offsets = _offsets(map(len, present), valid)
        return _Column(Kind.BINARY, (), valid, [offsets, b"".join(present)])
    if kinds == {datetime.date}:
        days = present.astype("M8[D]").astype(np.int32)
        return _Column(Kind.DATE, (("h", 0),), valid, [_spread(days, valid)])
    if kinds == {datetime.time} and all(time.tzinfo is None for time in present):
        since = [((t.hour * 60 + t.minute) * 60 + t.second) * 10**6 + t.microsecond for t in present]
        microseconds = _spread(np.array(since, np.int64), valid)
        return _Column(Kind.TIME, (("h", 2), ("i", 64)), valid, [microseconds])
    if kinds == {decimal.Decimal}:
        return _decimals(present, valid)
    if kinds <= {list, tuple, np.ndarray}:
        if nesting == 0:
            raise ValueError("its lists are nested too deeply")
        items = np.fromiter(itertools.chain.from_iterable(present), object)
        child = _column(pd.Series(items, dtype=object), dictionaries, nesting - 1)
        return _Column(Kind.LIST, (), valid, [_offsets(map(len, present), valid)], [child])
    inferred = pd.Series(present, dtype=object).infer_objects()
    # Integers among floats have to stay what they are.
    if inferred.dtype != object and inferred.tolist() == present.tolist():
        numbers, zone = _in_utc(inferred)
        return _numbers(_spread(numbers, valid), valid, zone)
    kinds = ", ".join(sorted(kind.__qualname__ for kind in kinds))
    raise TypeError(f"Arrow has no one type for its values ({kinds}); convert it, as astype(str) does")


def _spread(present: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Values with something between them where there are none."""
    if len(present) == len(valid):
        return present
    spread = np.zeros(len(valid), present.dtype)
    spread[valid] = present
    return spread


def _offsets(lengths, valid: np.ndarray) -> np.ndarray:
    offsets = np.zeros(len(valid) + 1, np.int64)
    offsets[1:][valid] = np.fromiter(lengths, np.int64)
    offsets = offsets.cumsum()
    if offsets[-1] >= 1 << 31:
        raise ValueError("it has 2 GiB or more; use several tables")
    return offsets.astype("<i4")


def _texts(present: np.ndarray, valid: np.ndarray) -> _Column:
    whole = "".join(present)
    encoded = whole.encode()
    parts = present if len(encoded) == len(whole) else [text.encode() for text in present]
    return _Column(Kind.UTF8, (), valid, [_offsets(map(len, parts), valid), encoded])


def _decimals(present: np.ndarray, valid: np.ndarray) -> _Column:
    if not all(number.is_finite() for number in present):
        raise ValueError("Arrow's decimals have no infinity")
    scale = max(0, *(-number.as_tuple().exponent for number in present))
    if any(number and number.adjusted() + 1 + scale > _DECIMAL_DIGITS for number in present):
        raise ValueError(f"its decimals do not fit into {_DECIMAL_DIGITS} digits")
    integers = (int(number.scaleb(scale, _exactly)) if number else 0 for number in present)
    words = np.frombuffer(b"".join(i.to_bytes(16, "little", signed=True) for i in integers), "V16")
    parameters = (("i", _DECIMAL_DIGITS), ("i", scale), ("i", 128))
    return _Column(Kind.DECIMAL, parameters, valid, [_spread(words, valid)])
