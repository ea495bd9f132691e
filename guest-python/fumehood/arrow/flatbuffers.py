"""FlatBuffers, as far as the messages of Arrow consist of them.

To be written, whatever stands in the buffer by itself is a function that puts it at the end and returns its
place. The fields of a table are such functions, numbers as pairs of a format and a value, or None.

To be read, a buffer is what anybody may have made. Thousands of tables can have the same text, or the same
table within, which has others, each of them twice. So what is read is checked and counted, and comes to an
end. It does not go around in circles, as references lead forward only.
"""

import itertools
import struct


# Writing ------------------------------------------------------------------------------------------


def written(root) -> bytearray:
    """The buffer that begins at something."""
    out = bytearray(4)
    _refer(out, 0, root)
    return out


def _refer(out: bytearray, at: int, put) -> None:
    """Puts something, and makes the four bytes at `at` refer to it."""
    place = put(out)
    struct.pack_into("<I", out, at, place - at)


def _align(out: bytearray, alignment: int, ahead: int = 0) -> None:
    out += bytes(-(len(out) + ahead) % alignment)


def table(*fields):
    formats = [field[0] if type(field) is tuple else "I" if field else "" for field in fields]
    offsets, size = [], 4
    for format in formats:
        width = struct.calcsize(format)
        size += -size % (width or 1)
        offsets.append(size if width else 0)
        size += width
    layout = struct.pack(f"<{2 + len(fields)}H", 4 + 2 * len(fields), size, *offsets)

    def put(out):
        _align(out, 2)
        begin = len(out)
        out += layout
        _align(out, 8)
        at = len(out)
        out += struct.pack("<i", at - begin) + bytes(size - 4)
        for field, format, offset in zip(fields, formats, offsets):
            if type(field) is tuple:
                struct.pack_into("<" + format, out, at + offset, field[1])
            elif field:
                _refer(out, at + offset, field)
        return at

    return put


def text(value: str):
    encoded = value.encode()

    def put(out):
        _align(out, 4)
        at = len(out)
        out += struct.pack("<I", len(encoded)) + encoded + b"\0"
        return at

    return put


def vector(items: list):
    def put(out):
        _align(out, 4)
        at = len(out)
        out += struct.pack("<I", len(items)) + bytes(4 * len(items))
        for position, item in enumerate(items):
            _refer(out, at + 4 + 4 * position, item)
        return at

    return put


def pairs(items: list[tuple[int, int]]):
    """A vector of structures of two long integers."""

    def put(out):
        _align(out, 8, ahead=4)
        at = len(out)
        out += struct.pack(f"<I{2 * len(items)}q", len(items), *itertools.chain(*items))
        return at

    return put


# Reading ------------------------------------------------------------------------------------------


def part(data: memoryview, at: int, size: int) -> memoryview:
    """Some of the bytes; a ValueError if they are not there."""
    if at < 0 or size < 0 or at + size > len(data):
        raise ValueError(f"{size} bytes at {at} are not within the {len(data)} that there are")
    return data[at : at + size]


def root(data: memoryview) -> "Table":
    """The table that a buffer begins at."""
    buffer = _Buffer(data)
    return Table(buffer, buffer.number(0, "<I"))


class _Buffer:
    def __init__(self, data: memoryview):
        self.data = data
        # Even where all layouts are shared, no place is read this often.
        self.left = 16 * len(data)

    def take(self, at: int, size: int) -> memoryview:
        self.left -= size
        if self.left < 0:
            raise ValueError("the metadata refers to the same places again and again")
        return part(self.data, at, size)

    def number(self, at: int, format: str) -> int:
        return struct.unpack(format, self.take(at, struct.calcsize(format)))[0]


class Table:
    """A table. Its fields are known by their positions, and are what they are by default if not there."""

    def __init__(self, buffer: _Buffer, at: int):
        self._buffer = buffer
        self._at = at
        self._layout = at - buffer.number(at, "<i")
        self._fields = (buffer.number(self._layout, "<H") - 4) // 2

    def _place(self, field: int) -> int | None:
        if field >= self._fields:
            return None
        offset = self._buffer.number(self._layout + 4 + 2 * field, "<H")
        return self._at + offset if offset else None

    def _referred(self, field: int) -> int | None:
        at = self._place(field)
        return None if at is None else at + self._buffer.number(at, "<I")

    def number(self, field: int, format: str, default: int = 0) -> int:
        at = self._place(field)
        return default if at is None else self._buffer.number(at, "<" + format)

    def table(self, field: int) -> "Table | None":
        at = self._referred(field)
        return None if at is None else Table(self._buffer, at)

    def text(self, field: int) -> str | None:
        at = self._referred(field)
        if at is None:
            return None
        return str(self._buffer.take(at + 4, self._buffer.number(at, "<I")), "utf-8")

    def structures(self, field: int, format: str) -> list[tuple]:
        """A vector of what has such a format."""
        at = self._referred(field)
        if at is None:
            return []
        size = self._buffer.number(at, "<I") * struct.calcsize(format)
        return list(struct.iter_unpack(format, self._buffer.take(at + 4, size)))

    def tables(self, field: int) -> "list[Table]":
        """A vector of tables."""
        offsets = self.structures(field, "<I")
        first = (self._referred(field) or 0) + 4
        return [Table(self._buffer, first + 4 * i + offset) for i, (offset,) in enumerate(offsets)]
