# requires: numpy>=2
# What numpy does at the edges: errstate, warnings as errors, nan propagation, casting rules and array truth.
import warnings

import numpy as np

with np.errstate(divide="ignore", invalid="ignore"):
    print((np.array([1.0, -1.0, 0.0]) / 0).tolist())
    print(np.log(np.array([1.0, 0.0])).tolist(), np.sqrt(np.array([-1.0])).tolist())
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    np.mean(np.array([]))
    print([(w.category.__name__, str(w.message)[:13]) for w in caught if "Mean" in str(w.message)])

values = np.array([3.0, np.nan, 1.0])
print(values.max(), np.nanmax(values), np.sort(values).tolist())
print(np.fmax(values, 2).tolist(), np.maximum(values, 2).tolist())
print(np.isclose(0.1 + 0.2, 0.3), np.allclose(values, values))
print(np.allclose(values, values, equal_nan=True), np.array_equal([1, 2], [1, 2]))
small = np.array([250, 5], dtype=np.uint8)
print((small + np.uint8(10)).tolist(), (small.astype(np.int16) + 10).tolist())
print((small - np.uint8(6)).tolist(), small.sum().item())
print(np.float32(0.1) == np.float64(0.1), int(np.float32(16777217)))
print(np.abs(np.int8(-127)), np.int8(100) // np.int8(-7))
for attempt in (lambda: bool(np.array([1, 2])), lambda: np.uint8(300), lambda: np.array([1, "a"]) + 1,
                lambda: np.array([[1, 2], [3]]), lambda: np.array([1.5]).astype("i8").data["x"],
                lambda: np.concatenate([[1], [[2]]]), lambda: np.int64("x"), lambda: np.zeros(3)[[1, 5]],
                lambda: np.add([1], [1, 2], out=np.zeros(3)), lambda: np.array([1]) << 1.5):
    try:
        attempt()
        print("no error")
    except (ValueError, OverflowError, TypeError, IndexError) as exc:
        print(type(exc).__name__, end=" ")
print(np.issubdtype(np.int32, np.integer))
integers = np.array([1, 2, 3], dtype=np.int64)
integers[0] = 9.99
try:
    integers += 0.5
except TypeError as exc:
    print(type(exc).__name__, "same_kind" in str(exc), integers.tolist())
print(np.array([1, 2.5, True]).dtype, np.array(["a", 1]).dtype.kind, np.array([None, 1]).dtype, np.array([2**70]).dtype)
locked = np.arange(3)
locked.flags.writeable = False
try:
    locked[0] = 5
except ValueError as exc:
    print("ValueError:", exc)

#=> [inf, -inf, nan]
#=> [0.0, -inf] [nan]
#=> [('RuntimeWarning', 'Mean of empty')]
#=> nan 3.0 [1.0, 3.0, nan]
#=> [3.0, 2.0, 2.0] [3.0, nan, 2.0]
#=> True False
#=> True True
#=> [4, 15] [260, 15]
#=> [244, 255] 255
#=> False 16777216
#=> 127 -15
#=> ValueError OverflowError UFuncTypeError ValueError TypeError ValueError ValueError IndexError ValueError TypeError True
#=> UFuncTypeError True [9, 2, 3]
#=> float64 U object object
#=> ValueError: assignment destination is read-only
