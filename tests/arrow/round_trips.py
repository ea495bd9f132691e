"""Frames that are written and read again, and a stream whose bytes are known to pyarrow."""

import datetime
import decimal

import numpy as np
import pandas as pd
from fumehood import arrow

ROWS = 5


def frame_of_all_types() -> pd.DataFrame:
    columns = {"bool": [True, False, True, True, False]}
    for bits in (8, 16, 32, 64):
        columns[f"int{bits}"] = np.array([1, 2, -3, 4, -(2 ** (bits - 1))], f"i{bits // 8}")
        columns[f"uint{bits}"] = np.array([1, 2, 3, 4, 2**bits - 1], f"u{bits // 8}")
    for bits in (16, 32, 64):
        columns[f"float{bits}"] = np.array([1, np.nan, -3.5, np.inf, 5], f"f{bits // 8}")
    columns["str"] = ["a", None, "ü€", "", "text that is longer"]
    columns["text objects"] = pd.Series(["a", None, "ü€", "", "x"], dtype=object)
    columns["string"] = pd.array(["a", None, "ü€", "", "x"], dtype="string")
    columns["bytes"] = [b"a", None, b"\xff", b"", bytes(20)]
    moments = ["2020-01-01", "NaT", "1960-02-03", "2020-01-01T01:02:03", "2000-01-01"]
    for unit in ("s", "ms", "us", "ns"):
        columns[f"datetime64[{unit}]"] = np.array(moments, f"M8[{unit}]")
        columns[f"timedelta64[{unit}]"] = np.array([1, "NaT", -5, 7, 9], f"m8[{unit}]")
    moments = pd.to_datetime(["2020-01-01", None, "2020-07-01", "2021-01-01", "2022-01-01"])
    columns["Berlin"] = moments.tz_localize("Europe/Berlin")
    columns["UTC"] = moments.tz_localize("UTC")
    fixed = datetime.timezone(-datetime.timedelta(hours=3, minutes=30))
    columns["-03:30"] = moments.tz_localize(fixed)
    day, time, number = datetime.date, datetime.time, decimal.Decimal
    columns["date"] = [day(2020, 1, 1), None, day(1, 1, 1), day(9999, 12, 31), day(1970, 1, 1)]
    columns["time"] = [time(1, 2, 3, 4), None, time(0), time(23, 59, 59, 999999), time(12)]
    columns["decimal"] = [number("1.50"), None, number("-3.25"), number("1000.00"), number("0.00")]
    letters = ["a", None, "b", "a", "b"]
    columns["texts in categories"] = pd.Categorical(letters, categories=["b", "a", "z"], ordered=True)
    columns["integers in categories"] = pd.Categorical([3, None, 2, 3, 2])
    columns["moments in categories"] = pd.Categorical(moments)
    for kind in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32", "Float64"):
        columns[kind] = pd.array([1, None, 3, 4, 5], dtype=kind)
    columns["Int64 without nulls"] = pd.array([1, 2, 3, 4, 2**62 + 1], dtype="Int64")
    columns["boolean"] = pd.array([True, None, False, True, True], dtype="boolean")
    columns["boolean objects"] = pd.Series([True, None, False, True, True], dtype=object)
    columns["integer objects"] = pd.Series([2**62 + 1, None, 3, 4, 5], dtype=object)
    columns["nothing"] = pd.Series([None] * ROWS, dtype=object)
    columns["lists"] = [[1, 2], None, [], [None], [5]]
    columns["lists of lists"] = [[["a"]], None, [], [None], [[], ["b", "c"]]]
    return pd.DataFrame(columns)


def read_again(frame: pd.DataFrame) -> pd.DataFrame:
    return arrow.read(memoryview(b"".join(arrow.write(frame))))


def assert_same(left, right):
    pd.testing.assert_frame_equal(left, right, check_exact=True, check_freq=False)


def refused(error: type, part: str, columns: dict):
    try:
        arrow.write(pd.DataFrame(columns))
    except error as raised:
        assert part in str(raised), raised
    else:
        raise AssertionError(f"{columns} was written")


frame = frame_of_all_types()


def main():
    assert_same(read_again(frame), frame)
    assert_same(read_again(frame.iloc[:0]).astype(frame.dtypes), frame.iloc[:0])
    assert_same(read_again(frame.iloc[::-2]), frame.iloc[::-2])

    indexes = [
        pd.Index(list("abcde")),
        pd.Index([5, 4, 3, 2, 1], name="bool"),
        pd.Index([1.5, np.nan, 2, 3, 4], name=7),
        pd.date_range("2020", periods=ROWS, tz="Asia/Tokyo", name="when"),
        pd.MultiIndex.from_product([["a"], range(ROWS)], names=["letter", None]),
        pd.RangeIndex(10, 0, -2, name="down"),
        pd.CategoricalIndex(list("aabba")),
        pd.Index([[1], [2], [3], [4], [5]], dtype=object).map(tuple).map(str),
    ]
    for index in indexes:
        assert_same(read_again(frame.set_axis(index)), frame.set_axis(index))

    numbered = pd.DataFrame(np.arange(6.0).reshape(2, 3), columns=pd.Index([2020, -1, 0], name="year"))
    assert_same(read_again(numbered), numbered)
    pairs = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")]))
    assert read_again(pairs).columns.tolist() == ["('a', 'x')", "('a', 'y')"]
    rows = pd.DataFrame(index=pd.RangeIndex(3))
    assert read_again(rows).shape == (3, 0)

    # What is read can be changed, whether or not the stream could be.
    for kind in (bytes, bytearray):
        stream = kind(b"".join(arrow.write(frame)))
        changed = arrow.read(memoryview(stream))
        for column in ("float64", "int8", "Int64", "bool", "UTC", "timedelta64[s]"):
            changed.loc[0, column] = changed.loc[2, column]
            assert changed[column].tolist()[0] == frame[column].tolist()[2], column
        assert_same(arrow.read(memoryview(stream)), frame)

    # Contiguous columns are not copied.
    numbers = np.arange(1000.0)
    buffers = arrow.write(pd.DataFrame({"a": numbers}, copy=False))
    shared = [np.shares_memory(numbers, np.frombuffer(part, np.uint8)) for part in buffers if len(part)]
    assert sum(shared) == 1, shared
    at = 0
    for part in buffers:
        if len(part) == numbers.nbytes:
            assert at % 64 == 0, at
        at += len(part)

    refused(TypeError, "column 'a': Arrow has no one type for its values (int, str)", {"a": [1, "x"]})
    refused(TypeError, "column 'a'", {"a": [{"x": 1}]})
    refused(TypeError, "column 'a'", {"a": [1j]})
    refused(TypeError, "column 'a'", {"a": [[1, "x"]]})
    refused(TypeError, "column 'a'", {"a": pd.period_range("2020", periods=2)})
    refused(TypeError, "column 'a'", {"a": pd.Series([2**64], dtype=object)})
    refused(TypeError, "column 'a'", {"a": pd.Series([2**53 + 1, 0.5], dtype=object)})
    refused(ValueError, "column 'a': 'utf-8' codec can't encode", {"a": pd.Series(["\ud800"], dtype=object)})
    refused(ValueError, "two columns have the name '1'", {1: [1], "1": [2]})
    refused(ValueError, "38 digits", {"a": [decimal.Decimal("1E+40")]})
    endless = []
    endless.append(endless)
    refused(ValueError, "nested too deeply", {"a": [endless]})

    # pyarrow has read these bytes (`scripts/arrow-streams`).
    version, pd.__version__ = pd.__version__, "3.0"
    written = b"".join(arrow.write(frame))
    pd.__version__ = version
    with open("written.arrows", "rb") as file:
        known = file.read()
    assert written == known, f"{len(written)} bytes are not the {len(known)} that are known"
    print("all is as expected")


if __name__ == "__main__":
    main()
