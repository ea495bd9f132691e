# requires: numpy>=2
# Data types: conversion, wrap-around in fixed-width integers, NaN handling, bytes, and structured arrays.
import numpy as np

small = np.array([250, 251, 255], dtype=np.uint8)
print((small + np.uint8(10)).tolist(), small.astype(np.int16).sum().item(), (small.astype(np.int8)).tolist())
print(np.result_type(np.uint8, np.int8).name, np.result_type(np.int32, np.float32).name, np.promote_types("f4", "c8").name)
print([np.dtype(code).itemsize for code in ("i1", "u2", "i8", "f4", "f8", "c16", "?", "S5", "U3")])
print(np.iinfo(np.int64).max, f"{np.finfo(np.float32).eps:.4e}", np.float32(0.1).item() == 0.1)
print(np.array([1.9, -1.9, 2.5]).astype(np.int64).tolist(), np.rint([0.5, 1.5, -2.5]).tolist(), np.floor([-0.5]).item())

values = np.array([1.0, np.nan, 3.0, np.inf])
print(np.isnan(values).tolist(), np.isfinite(values).tolist(), bool(np.isnan(values.mean())), np.nansum(values[:3]).item())
print(np.nan_to_num(values, nan=0.0, posinf=9.0).tolist(), bool(np.nan == np.nan))
with np.errstate(divide="ignore", invalid="ignore"):
    print((np.array([1.0, -1.0, 0.0]) / 0.0).tolist(), np.log(np.array([0.0])).tolist())

raw = np.array([1, 256], dtype="<u2").tobytes()
print(raw, np.frombuffer(raw, dtype=">u2").tolist(), np.array([1, 2], dtype="<i4").view("<i8").tolist())

people = np.array([("ana", 31, 1.65), ("bo", 25, 1.80), ("cy", 40, 1.72)],
                  dtype=[("name", "U8"), ("age", "i4"), ("height", "f8")])
print(people["name"].tolist(), people[people["age"] > 30]["name"].tolist(), people["height"].mean().round(4).item())
print(np.sort(people, order="age")["name"].tolist(), people.dtype.names, people[0].item())
print(np.array([3 + 4j]).real.tolist(), np.abs(3 + 4j).item(), np.bitwise_count(np.array([7, 8], dtype=np.uint8)).tolist())

#=> [4, 5, 9] 756 [-6, -5, -1]
#=> int16 float64 complex64
#=> [1, 2, 8, 4, 8, 16, 1, 5, 12]
#=> 9223372036854775807 1.1921e-07 False
#=> [1, -1, 2] [0.0, 2.0, -2.0] -1.0
#=> [False, True, False, False] [True, False, True, False] True 4.0
#=> [1.0, 0.0, 3.0, 9.0] False
#=> [inf, -inf, nan] [-inf]
#=> b'\x01\x00\x00\x01' [256, 1] [8589934593]
#=> ['ana', 'bo', 'cy'] ['ana', 'cy'] 1.7233
#=> ['bo', 'ana', 'cy'] ('name', 'age', 'height') ('ana', 31, 1.65)
#=> [3.0] 5.0 [3, 1]
