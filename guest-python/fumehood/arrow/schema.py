"""The types of columns, as a schema tells them."""

import datetime
import re
import zoneinfo

import numpy as np

from fumehood.arrow.flatbuffers import Table
from fumehood.arrow.layout import UNITS, Kind, naming

NUMBERS = {Kind.INT, Kind.FLOAT, Kind.TIMESTAMP, Kind.DURATION}
TEXTS = {Kind.UTF8, Kind.LARGE_UTF8, Kind.UTF8_VIEW}
NESTED = {Kind.LIST, Kind.LARGE_LIST, Kind.FIXED_SIZE_LIST, Kind.STRUCT}
_UNREAD = {Kind.INTERVAL, Kind.UNION, Kind.MAP, Kind.RUN_END_ENCODED, Kind.LIST_VIEW, Kind.LARGE_LIST_VIEW}


class Field:
    """What the schema says of a column, or of a part of one.

    `dtype` is what its values have in numpy. `size` is the width of a binary value, the length of a list,
    the unit of a time or the scale of a decimal."""

    def __init__(self, table: Table, nesting: int):
        self.name = table.text(0) or ""
        if nesting == 0:
            raise ValueError("the types of a column are nested too deeply")
        self.children = [Field(child, nesting - 1) for child in table.tables(5)]
        with naming(self.name):
            self.kind = table.number(2, "B")
            if self.kind in _UNREAD or self.kind not in list(Kind):
                name = Kind(self.kind).name.lower() if self.kind in list(Kind) else f"number {self.kind}"
                raise ValueError(f"the type {name} cannot be read; convert it before it is sent")
            self._read_type(table.table(3))
            encoding = table.table(4)
            self.encoding = None if encoding is None else Encoding(encoding)

    def family(self):
        """It and what is within."""
        yield self
        for child in self.children:
            yield from child.family()

    def _read_type(self, table: Table | None):
        if table is None:
            raise ValueError("the type is not there")
        self.dtype, self.size, self.zone = np.dtype(object), 0, None
        match self.kind:
            case Kind.INT:
                self.dtype = _integers(table)
            case Kind.FLOAT:
                self.dtype = np.dtype(f"<f{2 << _within(table.number(0, 'h'), 3)}")
            case Kind.BOOL:
                self.dtype = np.dtype(bool)
            case Kind.TIMESTAMP:
                self.dtype = np.dtype(f"<M8[{UNITS[_within(table.number(0, 'h'), 4)]}]")
                self.zone = _zone(table.text(1))
            case Kind.DURATION:
                self.dtype = np.dtype(f"<m8[{UNITS[_within(table.number(0, 'h', 1), 4)]}]")
            case Kind.DATE:
                self.size = _within(table.number(0, "h", 1), 2)
            case Kind.TIME:
                self.size = _within(table.number(0, "h", 1), 4)
                if table.number(1, "i", 32) != (32 if self.size < 2 else 64):
                    raise ValueError("times of this unit do not have this width")
            case Kind.DECIMAL:
                self.size = table.number(1, "i")
                self.width = table.number(2, "i", 128)
                if self.width not in (32, 64, 128, 256) or abs(self.size) > 76:
                    raise ValueError(f"there are no decimals of {self.width} bits and scale {self.size}")
            case Kind.FIXED_SIZE_BINARY | Kind.FIXED_SIZE_LIST:
                self.size = table.number(0, "i")
                if self.size < 0:
                    raise ValueError(f"the size is {self.size}")
        within = len(self.children) if self.kind == Kind.STRUCT else int(self.kind in NESTED)
        if len(self.children) != within:
            raise ValueError(f"the type has {len(self.children)} types within, and not {within}")


class Encoding:
    """What the schema says of a column whose values are places in a dictionary."""

    def __init__(self, table: Table):
        self.number = table.number(0, "q")
        indices = table.table(1)
        self.dtype = _integers(indices) if indices else np.dtype("<i4")
        self.ordered = bool(table.number(2, "?"))


def _integers(table: Table) -> np.dtype:
    bits = table.number(0, "i")
    if bits not in (8, 16, 32, 64):
        raise ValueError(f"there are no integers of {bits} bits")
    return np.dtype(f"<{'i' if table.number(1, '?') else 'u'}{bits // 8}")


def _within(number: int, count: int) -> int:
    if not 0 <= number < count:
        raise ValueError(f"{number} where there are {count} units or sizes")
    return number


def _zone(name: str | None) -> datetime.tzinfo | None:
    if not name:
        return None
    if name == "UTC":
        return datetime.UTC
    if fixed := re.fullmatch(r"([+-])([01][0-9]|2[0-3]):([0-5][0-9])", name):
        offset = datetime.timedelta(hours=int(fixed[2]), minutes=int(fixed[3]))
        return datetime.timezone(-offset if fixed[1] == "-" else offset)
    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name[:60]!r}") from None
