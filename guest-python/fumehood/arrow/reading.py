"""From a stream to a frame."""

import itertools
import json
import re
import struct

import numpy as np
import pandas as pd

from fumehood.arrow import flatbuffers
from fumehood.arrow.batches import Batch, Dictionary, Values, pandas_array
from fumehood.arrow.flatbuffers import Table, part
from fumehood.arrow.layout import (
    CONTINUATION,
    DICTIONARY_BATCH,
    NESTING,
    RECORD_BATCH,
    SCHEMA,
    VERSION_4,
    VERSION_5,
    label_told,
    naming,
)
from fumehood.arrow.schema import NESTED, Field

_FREE = 1 << 22
"""How many values that take no bytes a stream of any length may have."""


def read(stream: memoryview) -> pd.DataFrame:
    """The frame of a stream, which is bytes.

    Raises ValueError for what is not a whole stream, for compressed batches, and for columns of intervals,
    unions, maps, run-ends and list views."""
    reader = None
    for kind, header, body in _messages(stream):
        if kind == SCHEMA and reader is None:
            reader = _Reader(header, len(stream))
        elif kind == DICTIONARY_BATCH and reader:
            reader.take_dictionary(header, body)
        elif kind == RECORD_BATCH and reader:
            reader.take_batch(header, body)
        else:
            raise ValueError(f"the stream has a message of the kind {kind} where there may be none")
    if reader is None:
        raise ValueError("the stream has no schema")
    return reader.frame()


def _messages(stream: memoryview):
    """The kind, the header and the body of each message."""
    at = 0
    while at < len(stream):
        marker, size = struct.unpack("<Ii", part(stream, at, 8))
        if marker != CONTINUATION:
            raise ValueError(f"the stream has no message at byte {at}, where one should begin")
        at += 8
        if size == 0:
            if at < len(stream):
                raise ValueError(f"the stream goes on after its end at byte {at}")
            return
        message = flatbuffers.root(part(stream, at, size))
        version, header = message.number(0, "h"), message.table(2)
        if version not in (VERSION_4, VERSION_5) or header is None:
            raise ValueError(f"the message at byte {at} is none of the versions 4 and 5 of the metadata")
        at += size
        body = part(stream, at, message.number(3, "q"))
        yield message.number(1, "B"), header, body
        at += len(body)
    # The format does without a mark, but then nobody could tell that batches are missing.
    raise ValueError("the stream has no mark at its end; it may have been cut off")


class _Reader:
    """What has been read of a stream."""

    def __init__(self, schema: Table, length: int):
        if schema.number(0, "h"):
            raise ValueError("the numbers of the stream are big-endian")
        self.left = _FREE + 4 * length
        self.fields = [Field(field, NESTING) for field in schema.tables(1)]
        self.columns = [[] for _ in self.fields]
        self.rows = 0
        self.encoded = {}
        for field in itertools.chain.from_iterable(field.family() for field in self.fields):
            if field.encoding:
                self.encoded.setdefault(field.encoding.number, field)
        self.dictionaries = {}
        self.told = {}
        for pair in schema.tables(2):
            if pair.text(0) == "pandas":
                self.told = _told(pair.text(1) or "")

    def spend(self, count: int):
        """Counts values that take no bytes of their own in the stream."""
        self.left -= count
        if count < 0 or self.left < 0:
            raise ValueError("the stream has far more values than bytes")

    def take_dictionary(self, table: Table, body: memoryview):
        number = table.number(0, "q")
        field = self.encoded.get(number)
        if field is None:
            raise ValueError(f"no column has the dictionary {number}")
        with naming(field.name):
            batch = Batch(table.table(1), body, self)
            values = batch.values(field)
            batch.end()
            if number not in self.dictionaries or not table.number(2, "?"):
                self.dictionaries[number] = Dictionary(field)
            self.dictionaries[number].add(values)

    def take_batch(self, table: Table, body: memoryview):
        batch = Batch(table, body, self)
        for field, parts in zip(self.fields, self.columns):
            with naming(field.name):
                values = batch.column(field)
                if len(values.array) != batch.length:
                    raise ValueError(f"{len(values.array)} values in a batch of {batch.length}")
                parts.append(values)
        batch.end()
        if not self.fields:
            self.spend(batch.length)
        self.rows += batch.length

    def frame(self) -> pd.DataFrame:
        columns = self.told.get("columns")
        columns = columns if isinstance(columns, list) else []
        columns = {str(told.get("field_name")): told for told in columns if isinstance(told, dict)}
        arrays = []
        for field, parts in zip(self.fields, self.columns):
            with naming(field.name):
                dtype = columns.get(field.name, {}).get("numpy_type")
                arrays.append(self._column(field, parts, dtype if isinstance(dtype, str) else None))

        names = [field.name for field in self.fields]
        index, levels = self._index(arrays, names, columns)
        kept = [place for place in range(len(names)) if place not in levels]
        frame = pd.DataFrame({place: _left_alone(arrays[place]) for place in kept}, index=index)
        frame.columns = _header([names[place] for place in kept], self.told.get("column_indexes"))
        return frame

    def _index(self, arrays: list, names: list[str], columns: dict):
        """The index that is told of if it is there, and the places of the columns that are part of it."""
        levels = self.told.get("index_columns")
        match levels:
            case [{"kind": "range", "start": int(start), "stop": int(stop), "step": int(step)} as level]:
                small = max(abs(start), abs(stop), abs(step)) < 1 << 62
                if step and small and max(0, -((start - stop) // step)) == self.rows:
                    return pd.RangeIndex(start, stop, step, name=label_told(level.get("name"))), ()
            case [str(), *_]:
                places = {name: place for place, name in enumerate(names)}
                chosen = [places.get(level) if isinstance(level, str) else None for level in levels]
                if None in chosen or len(set(chosen)) < len(chosen):
                    return pd.RangeIndex(self.rows), ()
                try:
                    index = [pd.Index(_left_alone(arrays[place]), copy=True) for place in chosen]
                    index = pd.MultiIndex.from_arrays(index) if len(index) > 1 else index[0]
                except (TypeError, NotImplementedError):
                    # Lists, for instance, can be columns only.
                    return pd.RangeIndex(self.rows), ()
                index.names = [label_told(columns.get(level, {}).get("name")) for level in levels]
                return index, set(chosen)
        return pd.RangeIndex(self.rows), ()

    def _column(self, field: Field, parts: list[Values], dtype: str | None):
        if not field.encoding:
            return pandas_array(field, Values.joined(parts or [Values(np.empty(0, field.dtype))]), dtype)
        groups = []
        for _, group in itertools.groupby(parts, key=lambda part: id(part.dictionary)):
            group = list(group)
            groups.append((group[0].dictionary, np.concatenate([part.array for part in group])))
        groups = groups or [(Dictionary(field), np.empty(0, np.int64))]
        dictionary, places = groups[0]
        hashable = field.kind not in NESTED and field.dtype != np.float16
        if len(groups) == 1 and hashable:
            categories = pd.Index(_left_alone(pandas_array(dictionary.field, dictionary.values(self))))
            if categories.is_unique and not categories.hasnans:
                return pd.Categorical.from_codes(places, categories, ordered=field.encoding.ordered)
        # Dictionaries that differ from batch to batch, and values that are in one several times.
        values = Values.joined([found.values(self).at(places) for found, places in groups])
        array = pandas_array(dictionary.field, values)
        return pd.Categorical(array) if hashable else array


def _left_alone(array):
    """An array, or objects in a way in which pandas does not look for a better dtype for them."""
    return pd.Index(array, dtype=object) if array.dtype == object else array


def _header(names: list[str], told) -> pd.Index:
    """The names of columns, which are integers if that is told."""
    match told:
        case [{"numpy_type": dtype} as described]:
            if dtype == "int64" and all(re.fullmatch(r"0|-?[1-9][0-9]{0,17}", name) for name in names):
                names = [int(name) for name in names]
            return pd.Index(names, name=label_told(described.get("name")))
    return pd.Index(names)


def _told(text: str) -> dict:
    """What another pandas tells of the table. Whatever is not as pandas writes it is passed over, as streams
    can have lost what it speaks of."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
