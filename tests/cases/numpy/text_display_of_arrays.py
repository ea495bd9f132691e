# requires: numpy>=2
# How arrays and scalars are shown: str and repr, print options, summarising, and formatting of numbers.
import numpy as np

print(np.array([1.5, 2.25, -3]), np.array([[1, 20], [300, 4]]), sep="\n")
print(repr(np.array([0.1, 1e10])), repr(np.float64(0.1)), np.float64(0.1), repr(np.bool_(True)), repr(np.str_("a")))
print(np.array([1e-10, 1.0]), np.array([1, np.nan, np.inf]))
print(np.array([True, False]), np.array(["a", "bcd"]), np.array([1 + 2j, -1j]))
print(repr(np.array([], dtype=np.float32)), repr(np.zeros((0, 3))), repr(np.array(5.0)), np.array(7).item())
print(np.arange(2000.0), np.arange(1000, 1012, dtype=np.int64).reshape(3, 4)[:, :2], sep="\n")
print(repr(np.array([1, 2], dtype=np.int16)), repr(np.array(["2024-01-01"], dtype="M8[D]")), repr(np.array([None, "x"])))
with np.printoptions(precision=3, suppress=True, linewidth=40, threshold=6, edgeitems=2):
    print(np.array([1 / 3, 1e-9, 12345.6789]), np.arange(20) / 7, sep="\n")
with np.printoptions(formatter={"float": lambda value: f"<{value:.1f}>"}, sign="+"):
    print(np.array([1.0, 2.55]), np.array([1, 2]))
print(np.array2string(np.array([[1.0, 2], [3, 4]]), separator=", ", prefix="x = "))
print(np.format_float_positional(1e-5, trim="-"))
print(np.format_float_scientific(12345.678, precision=2))
print(np.binary_repr(-5, width=8), np.base_repr(255, 16), f"{np.float64(2.5):08.3f}")
print(f"{np.int64(1234567):,} {np.float32(0.1):.10f} {np.float32(0.1)} {float(np.float32(0.1))}")
print(str(np.array([[]])), np.array([0.1 + 0.2]))
print(np.array([1000000.0, 1e16, 123456789.123]), np.array([[1.0, -1.0]]).T, sep="\n")
print(np.finfo(np.float64).eps, np.iinfo(np.int16).max)
print(np.finfo(np.float32).max, repr(np.dtype("f8")), np.dtype([("a", "i4")]))

#=> [ 1.5   2.25 -3.  ]
#=> [[  1  20]
#=>  [300   4]]
#=> array([1.e-01, 1.e+10]) np.float64(0.1) 0.1 np.True_ np.str_('a')
#=> [1.e-10 1.e+00] [ 1. nan inf]
#=> [ True False] ['a' 'bcd'] [ 1.+2.j -0.-1.j]
#=> array([], dtype=float32) array([], shape=(0, 3), dtype=float64) array(5.) 7
#=> [0.000e+00 1.000e+00 2.000e+00 ... 1.997e+03 1.998e+03 1.999e+03]
#=> [[1000 1001]
#=>  [1004 1005]
#=>  [1008 1009]]
#=> array([1, 2], dtype=int16) array(['2024-01-01'], dtype='datetime64[D]') array([None, 'x'], dtype=object)
#=> [    0.333     0.    12345.679]
#=> [0.    0.143 ... 2.571 2.714]
#=> [<1.0> <2.5>] [+1 +2]
#=> [[1., 2.],
#=>      [3., 4.]]
#=> 0.00001
#=> 1.23e+04
#=> 11111011 FF 0002.500
#=> 1,234,567 0.1000000015 0.10000000149011612 0.10000000149011612
#=> [] [0.3]
#=> [1.00000000e+06 1.00000000e+16 1.23456789e+08]
#=> [[ 1.]
#=>  [-1.]]
#=> 2.220446049250313e-16 32767
#=> 3.4028235e+38 dtype('float64') [('a', '<i4')]
