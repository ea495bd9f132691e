"""What the format has numbers for, and what is said of errors."""

import contextlib
import enum

SCHEMA, DICTIONARY_BATCH, RECORD_BATCH = 1, 2, 3
"""The kinds of messages that a stream of tables has."""
VERSION_4, VERSION_5 = 3, 4
CONTINUATION = 0xFFFFFFFF
"""What each message begins with."""
UNITS = ["s", "ms", "us", "ns"]

NESTING = 32
"""How deep types may be nested."""


class Kind(enum.IntEnum):
    """The types of Arrow, as a schema numbers them."""

    NULL = 1
    INT = 2
    FLOAT = 3
    BINARY = 4
    UTF8 = 5
    BOOL = 6
    DECIMAL = 7
    DATE = 8
    TIME = 9
    TIMESTAMP = 10
    INTERVAL = 11
    LIST = 12
    STRUCT = 13
    UNION = 14
    FIXED_SIZE_BINARY = 15
    FIXED_SIZE_LIST = 16
    MAP = 17
    DURATION = 18
    LARGE_BINARY = 19
    LARGE_UTF8 = 20
    LARGE_LIST = 21
    RUN_END_ENCODED = 22
    BINARY_VIEW = 23
    UTF8_VIEW = 24
    LIST_VIEW = 25
    LARGE_LIST_VIEW = 26


def label_told(label) -> str | int | None:
    """A label of an axis, as the metadata of pandas can tell it."""
    return label if label is None or type(label) in (str, int) else str(label)


@contextlib.contextmanager
def naming(column: str):
    """Has errors say which column they are about."""
    shown = repr(column if len(column) <= 60 else column[:60] + "…")
    try:
        yield
    except TypeError as error:
        raise TypeError(f"column {shown}: {error}") from None
    except (ValueError, ArithmeticError) as error:
        raise ValueError(f"column {shown}: {error}") from None
