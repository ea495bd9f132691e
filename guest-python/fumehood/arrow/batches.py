"""The values of columns, as the messages of a stream have them, and as numpy, Python and pandas do."""

import datetime
import decimal
import itertools
import struct

import numpy as np
import pandas as pd

from fumehood.arrow.flatbuffers import Table, part
from fumehood.arrow.layout import Kind
from fumehood.arrow.schema import NUMBERS, TEXTS, Field

_LONG = {Kind.LARGE_BINARY, Kind.LARGE_UTF8, Kind.LARGE_LIST}
_NULLABLE = {"boolean", "Float32", "Float64", "string", "string[python]", "string[pyarrow]"}
_NULLABLE |= {f"{sign}nt{bits}" for sign in ("I", "UI") for bits in (8, 16, 32, 64)}

_exactly = decimal.Context(prec=100, traps=[decimal.Inexact, decimal.InvalidOperation])
_epoch = datetime.date(1970, 1, 1).toordinal()


class Values:
    """The values of a column in one batch: an array, which of them are valid (None if all are), and the
    dictionary in which the array has places."""

    def __init__(self, array, valid=None, dictionary=None):
        self.array = array
        self.valid = valid
        self.dictionary = dictionary

    @staticmethod
    def joined(parts: "list[Values]") -> "Values":
        """Those of several batches, which have the same dictionary."""
        if len(parts) == 1:
            return parts[0]
        valid = None
        if any(part.valid is not None for part in parts):
            every = [np.ones(len(part.array), bool) if part.valid is None else part.valid for part in parts]
            valid = np.concatenate(every)
        return Values(np.concatenate([part.array for part in parts]), valid, parts[0].dictionary)

    def at(self, places: np.ndarray) -> "Values":
        """Those at places; there is none where a place is negative."""
        if not len(self.array):
            array, valid = np.zeros(len(places), self.array.dtype), np.zeros(len(places), bool)
        else:
            array = self.array[places]
            valid = places >= 0 if self.valid is None else (places >= 0) & self.valid[places]
        if array.dtype == object:
            array[~valid] = None
        return Values(array, valid)


class Dictionary:
    """The values that others have places in. More can be added to them."""

    def __init__(self, field: Field):
        self.field = field
        self.parts = []
        self.length = 0

    def add(self, values: Values):
        self.parts.append(values)
        self.length += len(values.array)

    def values(self, reader) -> Values:
        if len(self.parts) > 1:
            reader.spend(self.length)
            self.parts = [Values.joined(self.parts)]
        return self.parts[0] if self.parts else Values(np.empty(0, self.field.dtype))


class Batch:
    """The columns of a batch, in the order in which its body has them. The reader has the dictionaries."""

    def __init__(self, table: Table | None, body: memoryview, reader):
        if table is None:
            raise ValueError("a batch is not there")
        if table.table(3):
            raise ValueError("the batches are compressed, which cannot be read; send them as they are")
        buffers = table.structures(2, "<qq")
        if sum(size for _, size in buffers) > len(body):
            raise ValueError("the buffers of a batch are more than there is")
        self.length = table.number(0, "q")
        if self.length < 0:
            raise ValueError(f"a batch has {self.length} rows")
        self.nodes = iter(table.structures(1, "<qq"))
        self.buffers = iter([part(body, at, size) for at, size in buffers])
        self.views = iter(table.structures(4, "<q"))
        self.reader = reader

    @staticmethod
    def _next(parts):
        following = next(parts, None)
        if following is None:
            raise ValueError("a batch has less than the schema says")
        return following

    def end(self):
        if any(next(parts, None) is not None for parts in (self.nodes, self.buffers, self.views)):
            raise ValueError("a batch has more than the schema says")

    def _array(self, dtype, count: int) -> np.ndarray:
        buffer, dtype = self._next(self.buffers), np.dtype(dtype)
        size = count * dtype.itemsize
        return np.frombuffer(part(buffer, 0, size), dtype) if size else np.empty(0, dtype)

    def _bits(self, count: int) -> np.ndarray:
        octets = self._array(np.uint8, (count + 7) // 8)
        return np.unpackbits(octets, count=count, bitorder="little").view(bool)

    def _offsets(self, field: Field, length: int) -> list[int]:
        # There need not be any for no values.
        wide = field.kind in _LONG
        offsets = self._array("<i8" if wide else "<i4", length + 1 if length else 0)
        if length and (offsets[0] < 0 or (offsets[1:] < offsets[:-1]).any()):
            raise ValueError("the offsets go backwards")
        return offsets.tolist() or [0]

    def column(self, field: Field) -> Values:
        if field.encoding is None:
            return self.values(field)
        dictionary = self.reader.dictionaries.get(field.encoding.number)
        length, valid = self._valid()
        places = self._array(field.encoding.dtype, length)
        present = places if valid is None else places[valid]
        if len(present) and dictionary is None:
            raise ValueError("the dictionary is not there")
        if len(present) and (present.min() < 0 or present.max() >= dictionary.length):
            raise ValueError("a value is none of the dictionary's")
        places = places.astype(np.int64)
        if valid is not None:
            places[~valid] = -1
        return Values(places, None, dictionary or Dictionary(field))

    def _valid(self):
        """The length of the next column, and which of its values are valid."""
        length, nulls = self._next(self.nodes)
        if not 0 <= nulls <= length:
            raise ValueError(f"{nulls} of {length} values are null")
        if nulls:
            return length, self._bits(length)
        self._next(self.buffers)
        return length, None

    def values(self, field: Field) -> Values:
        if field.kind == Kind.NULL:
            length, _ = self._next(self.nodes)
            self.reader.spend(length)
            return Values(np.full(length, None), np.zeros(length, bool))
        length, valid = self._valid()
        if field.kind == Kind.BOOL:
            return Values(self._bits(length), valid)
        if field.kind in NUMBERS:
            return Values(self._array(field.dtype, length), valid)
        known = itertools.repeat(True) if valid is None else valid.tolist()
        objects = np.fromiter(self._objects(field, length, known), object, length)
        if valid is not None:
            objects[~valid] = None
        return Values(objects, valid)

    def _objects(self, field: Field, length: int, known):
        """Python's values, of the types of which numpy has none. What is not known to be one is not looked
        at. The lengths of buffers are checked before this returns."""
        match field.kind:
            case Kind.UTF8 | Kind.LARGE_UTF8 | Kind.BINARY | Kind.LARGE_BINARY:
                offsets = self._offsets(field, length)
                data = part(self._next(self.buffers), 0, offsets[-1])
                ranges = map(slice, offsets[:-1], offsets[1:])
                if field.kind in TEXTS:
                    return _decoded(data, ranges, known)
                return (bytes(data[within]) if ok else None for within, ok in zip(ranges, known))
            case Kind.UTF8_VIEW | Kind.BINARY_VIEW:
                views = self._array("V16", length).tobytes()
                (count,) = self._next(self.views)
                data = [self._next(self.buffers) for _ in range(count)]
                return self._viewed(field, views, data, known)
            case Kind.FIXED_SIZE_BINARY:
                self.reader.spend(length)
                width = field.size
                data = part(self._next(self.buffers), 0, length * width)
                return (bytes(data[i * width : (i + 1) * width]) for i in range(length))
            case Kind.DATE:
                days = self._array("<i8" if field.size else "<i4", length)
                days = days // 86_400_000 if field.size else days
                return (_date(day) if ok else None for day, ok in zip(days.tolist(), known))
            case Kind.TIME:
                ticks = self._array("<i4" if field.size < 2 else "<i8", length).tolist()
                return (_time(tick, field.size) if ok else None for tick, ok in zip(ticks, known))
            case Kind.DECIMAL:
                width = field.width // 8
                data = part(self._next(self.buffers), 0, length * width)
                numbers = (data[i : i + width] for i in range(0, len(data), width))
                return (_decimal(number, field.size) if ok else None for number, ok in zip(numbers, known))
            case Kind.LIST | Kind.LARGE_LIST:
                offsets = self._offsets(field, length)
                items = self._items(field.children[0], offsets[-1])
                ranges = map(slice, offsets[:-1], offsets[1:])
                return (items[within] if ok else None for within, ok in zip(ranges, known))
            case Kind.FIXED_SIZE_LIST:
                self.reader.spend(length)
                items = self._items(field.children[0], length * field.size)
                ranges = (slice(i * field.size, (i + 1) * field.size) for i in range(length))
                return (items[within] if ok else None for within, ok in zip(ranges, known))
            case Kind.STRUCT:
                self.reader.spend(length)
                names = [child.name for child in field.children]
                members = [self._items(child, length) for child in field.children]
                rows = zip(*members) if members else itertools.repeat((), length)
                return (dict(zip(names, row)) if ok else None for row, ok in zip(rows, known))

    def _items(self, field: Field, length: int) -> list:
        """The values within others, as Python has them."""
        values = self.column(field)
        if len(values.array) < length:
            raise ValueError("there are not as many values within as there should be")
        if values.dictionary:
            field = values.dictionary.field
            values = values.dictionary.values(self.reader).at(values.array)
        return pandas_array(field, values, "object").tolist()[:length]

    def _viewed(self, field: Field, views: bytes, data: list[memoryview], known):
        """Texts, or bytes: within the view if they are short, and otherwise in the data, where many views
        can have the same."""
        shared = {}
        for at, ok in zip(range(0, len(views), 16), known):
            size, number, start = struct.unpack_from("<i4xii", views, at)
            if not ok:
                value = None
            elif size <= 12:
                value = part(memoryview(views), at + 4, size)
                value = str(value, "utf-8") if field.kind in TEXTS else bytes(value)
            elif (value := shared.get((size, number, start))) is None:
                if not 0 <= number < len(data):
                    raise ValueError(f"a value is in buffer {number} of {len(data)}")
                self.reader.spend(size)
                value = part(data[number], start, size)
                value = str(value, "utf-8") if field.kind in TEXTS else bytes(value)
                shared[size, number, start] = value
            yield value


def _decoded(data: memoryview, ranges, known):
    try:
        whole = str(data, "ascii")
    except UnicodeDecodeError:
        return (str(data[within], "utf-8") if ok else None for within, ok in zip(ranges, known))
    return map(whole.__getitem__, ranges)


def _date(day: int) -> datetime.date:
    if not 1 <= _epoch + day <= datetime.date.max.toordinal():
        raise ValueError("a date is not in the years 1 to 9999")
    return datetime.date.fromordinal(_epoch + day)


def _time(tick: int, unit: int) -> datetime.time:
    per_second = 1000**unit
    microseconds, finer = divmod(tick * 10**6, per_second)
    if finer or not 0 <= tick < 86400 * per_second:
        raise ValueError("a time is not one of a day, or finer than microseconds")
    return (datetime.datetime.min + datetime.timedelta(microseconds=microseconds)).time()


def _decimal(octets: memoryview, scale: int) -> decimal.Decimal:
    return decimal.Decimal(int.from_bytes(octets, "little", signed=True)).scaleb(-scale, _exactly)


def pandas_array(field: Field, values: Values, dtype: str | None = None):
    """The array of pandas for values, of the dtype that pandas is said to have had for them, if it can be."""
    array, valid, kind = values.array, values.valid, field.kind
    missing = np.zeros(len(array), bool) if valid is None else ~valid
    nullable = valid is not None or dtype in _NULLABLE
    if kind == Kind.INT and nullable:
        array = pd.arrays.IntegerArray(array, missing)
    elif kind == Kind.BOOL and nullable:
        array = pd.arrays.BooleanArray(array, missing)
    elif kind == Kind.FLOAT and dtype in _NULLABLE and array.dtype != np.float16:
        array = pd.arrays.FloatingArray(array, missing)
    elif kind == Kind.FLOAT:
        array = _with(array, valid, "nan")
    elif kind == Kind.TIMESTAMP:
        array = pd.DatetimeIndex(_with(array, valid, "NaT"))
        array = array.tz_localize("UTC").tz_convert(field.zone) if field.zone else array
    elif kind == Kind.DURATION:
        array = pd.TimedeltaIndex(_with(array, valid, "NaT"))
    elif kind in TEXTS and dtype != "object":
        array = pd.array(array, dtype="string" if dtype in _NULLABLE else "str")
    if dtype == "object" and array.dtype != object:
        array = np.fromiter(array.tolist(), object, len(array))
        array[missing] = None
    return array


def _with(array: np.ndarray, valid: np.ndarray | None, value: str) -> np.ndarray:
    """An array with a value where there is none."""
    return array if valid is None else np.where(valid, array, np.array(value, array.dtype))
