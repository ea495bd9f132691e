"""Streams of pyarrow and polars, beside which is what they have to be read as."""

import json

import pandas as pd
from fumehood import arrow


def read(name: str) -> pd.DataFrame:
    with open(f"{name}.arrows", "rb") as file:
        return arrow.read(memoryview(file.read()))


def plain(value):
    """As `scripts/arrow-streams` writes values down."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return None if pd.isna(value) else f"{type(value).__name__} {value}"


for name in ("types", "batches", "delta", "polars", "empty"):
    frame = read(name)
    with open(f"{name}.json") as file:
        expected = json.load(file)
    assert frame.columns.tolist() == list(expected), frame.columns
    for column, (dtype, values) in expected.items():
        assert str(frame[column].dtype) == dtype, (name, column, frame[column].dtype, dtype)
        seen = [plain(value) for value in frame[column].tolist()]
        assert seen == values, (name, column, seen, values)

frame = read("pandas")
assert frame.index.names == ["key", None] and frame.index.tolist() == [("x", 1), ("y", 2)]
assert frame.columns.tolist() == [0, 1] and frame.columns.name == "number"
assert frame.dtypes.astype(str).tolist() == ["Int64", "object"] and frame[1].tolist() == ["a", None]

for name, part in {
    "compressed": "compressed",
    "interval": "column 'i': the type interval cannot be read",
    "map": "column 'm': the type map cannot be read",
}.items():
    try:
        read(name)
    except ValueError as error:
        assert part in str(error), error
    else:
        raise AssertionError(f"{name} was read")
print("all is as expected")
