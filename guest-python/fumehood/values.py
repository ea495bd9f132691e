"""The one codec between Python values and JSON.

What JSON has, goes through as it is: None, bool, int, float, str, lists, dicts with string keys. What
has one obvious JSON form, takes it: tuples, sets, dataclasses, enums, dates, decimals that are
exact as text, bytes as base64, numpy scalars and arrays, pandas tables and series. Anything else is a
TypeError that says where in the value it is.
"""

import base64
import dataclasses
import datetime
import decimal
import enum
import fractions
import json
import math
import pathlib
import uuid

decode = json.JSONDecoder().decode
_scan = json.JSONDecoder().scan_once
_chunks = json.encoder.c_make_encoder(
    None, None, json.encoder.encode_basestring, None, ":", ",", False, False, False
)
"""What `json` makes anew for each text. Nothing is looked for that contains itself: what it gets is a tree."""


def _plain(value) -> str:
    return "".join(_chunks(value, 0))


def decode_answer(text: str):
    """The value of a JSON text that the host has written, which has no spaces around it."""
    return _scan(text, 0)[0]


class Unencodable(TypeError):
    """A value without a JSON form."""


def encode(value, nesting: int) -> str:
    """The JSON text of a value that is nested at most `nesting` deep.

    Raises TypeError or ValueError, naming the place, where there is none.
    """
    kind = type(value)
    if kind is dict:
        # The common case of a call's arguments: nothing in it needs a second look.
        for k, v in value.items():
            if type(k) is not str or type(v) not in _SCALARS:
                break
        else:
            try:
                return _checked(_plain(value))
            except ValueError:
                pass
    elif kind in _SCALARS:
        try:
            return _checked(_plain(value))
        except ValueError:
            pass
    return _checked(_plain(_simplify(value, "value", nesting)))


_SCALARS = frozenset({str, int, bool, type(None), float})


def _checked(text: str) -> str:
    if not text.isascii():
        # A lone surrogate has no UTF-8 form; JSON can still write it as an escape, but no
        # reader on the other side accepts it.
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"text with a lone surrogate at {error.start}") from None
    return text


def key(value, place: str, nesting: int) -> str:
    """What a value is as a key of a JSON object: as JSON writes it, 1, 0.5, true, null."""
    if type(value) is not str:
        value = _simplify(value, place, nesting)
    return value if type(value) is str else _plain(value)


def _simplify(value, place: str, nesting: int):
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind is float:
        if not math.isfinite(value):
            raise ValueError(f"{place} is {value!r}, which JSON cannot express")
        return value
    if nesting <= 0:
        raise ValueError(f"{place} is nested too deeply")
    deeper = nesting - 1
    if isinstance(value, dict):
        simple = {}
        for given, item in value.items():
            name = given
            if type(given) is not str:
                name = key(given, f"key {given!r} of {place}", deeper)
            if name in simple:
                raise ValueError(f"{place} has two keys that are {name!r} in JSON")
            simple[name] = _simplify(item, f"{place}[{name!r}]", deeper)
        return simple
    if isinstance(value, (list, tuple)):
        return [_simplify(item, f"{place}[{i}]", deeper) for i, item in enumerate(value)]
    if isinstance(value, (set, frozenset)):
        try:
            ordered = sorted(value)
        except TypeError:
            ordered = list(value)
        return [_simplify(item, f"an element of {place}", deeper) for item in ordered]
    if isinstance(value, enum.Enum):
        return _simplify(value.value, place, deeper)
    if isinstance(value, (bool, int)):
        return int(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, float):
        return _simplify(float.__float__(value), place, deeper)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    if kind.__name__ in ("NAType", "NaTType") and kind.__module__.startswith("pandas."):
        return None
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, (decimal.Decimal, fractions.Fraction, uuid.UUID, pathlib.PurePath)):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return _simplify(fields, place, deeper)
    simple = _from_library(value, kind)
    if simple is not value:
        return _simplify(simple, place, deeper)
    raise Unencodable(f"{place} is a {kind.__qualname__}, which has no JSON form")


def _from_library(value, kind):
    """Plain Python for a value of numpy or pandas, told by the module of its class so that neither
    is imported for it."""
    library = kind.__module__.partition(".")[0]
    if library == "numpy":
        if not hasattr(value, "tolist"):
            return value
        if value.dtype.kind in "mM":
            # Finer units than microseconds become numbers; Python's dates have none.
            value = value.astype(f"{value.dtype.kind}8[us]")
        simple = value.tolist()
        # The numbers that are longer than Python's.
        return float(value) if type(simple) is kind else simple
    elif library == "pandas":
        name = kind.__name__
        if name == "DataFrame":
            return value.to_dict(orient="records")
        if name == "Series":
            return value.to_dict() if value.index.is_unique else value.tolist()
        if hasattr(value, "tolist"):
            return value.tolist()
        if hasattr(value, "isoformat"):
            return value.isoformat()
    return value
