# requires: numpy>=2
# Universal functions: where, out, reduce, at, frompyfunc, vectorize, apply_along_axis and piecewise.
import numpy as np

values = np.array([[4.0, -9.0, 16.0], [0.0, 25.0, -1.0]])
out = np.full_like(values, -1)
np.sqrt(values, out=out, where=values >= 0)
print(out.tolist(), np.add.reduce(values, axis=1).tolist())
print(np.maximum.reduce(values, axis=None), np.logaddexp.reduce([0.0, 0.0]).round(4))
print(np.add.reduceat(np.arange(8), [0, 3, 5]).tolist(), np.multiply.outer([1, 2], [3, 4]).tolist())
print(np.sqrt.nin, np.add.identity, np.multiply.types[0])

hexadecimal = np.frompyfunc(lambda n: f"{n:x}", 1, 1)
print(hexadecimal(np.array([10, 255])).tolist(), np.frompyfunc(divmod, 2, 2)([7, 9], 4)[1].tolist())


@np.vectorize
def band(value, low=0, high=10):
    """Where a value lies."""
    return "low" if value < low else "high" if value > high else "in"


print(band(values).tolist(), band([5, 50], high=100).tolist(), band.__doc__)
distance = np.vectorize(lambda a, b: np.sqrt(((a - b) ** 2).sum()), signature="(n),(n)->()")
print(distance(np.eye(2), np.zeros(2)).tolist(), np.apply_along_axis(lambda row: row[row > 0].sum(), 1, values).tolist())
print(np.apply_over_axes(np.sum, values, [0, 1]).tolist())
print(np.piecewise(values[0], [values[0] < 0, values[0] >= 0], [lambda v: -v, 0]).tolist())

angles = np.radians([0, 30, 90])
print(np.sin(angles).round(4).tolist(), np.degrees(np.arctan2([1, -1], [1, -1])).tolist())
print(np.unwrap([0, 3.5, 7.0]).round(3).tolist())
print(np.floor_divide([-7, 7], 2).tolist(), np.remainder([-7, 7], 3).tolist())
print(np.fmod([-7, 7], 3).tolist(), [int(part) for part in np.divmod(9, 4)], np.sign([-2.5, 0, 3]).tolist())
print(np.rint([0.5, 1.5, 2.5]).tolist(), np.trunc([-1.7, 1.7]).tolist())
print(np.modf([2.5, -0.25])[0].tolist(), np.gcd([12, 18], 8).tolist(), np.lcm.reduce([4, 6, 10]))
print(np.bitwise_and([12, 10], 6).tolist(), np.left_shift(1, [0, 3, 8]).tolist())
print(np.invert(np.uint8(5)), np.logical_xor([1, 0], [1, 1]).tolist(), np.bitwise_count(np.uint8(255)))
print(np.heaviside([-1, 0, 2], 0.5).tolist(), np.hypot(3, [4, 0]).tolist())
print(np.log1p(1e-10) > 0, np.cbrt([27, -8]).tolist(), np.exp2([3, -1]).tolist())
print(np.diff([1, 4, 9, 16], n=2).tolist(), np.ediff1d([1, 4], to_begin=0).tolist())
print(np.cumprod([[1, 2], [3, 4]], axis=0).tolist(), np.ptp([3, 9, 1]))
print(np.trapezoid([0, 1, 4], dx=0.5), np.cross([1, 2, 3], [4, 5, 6]).tolist())
print(np.sinc([0, 0.5]).round(4).tolist(), np.i0(1.0).round(6))

#=> [[2.0, -1.0, 4.0], [0.0, 5.0, -1.0]] [11.0, 24.0]
#=> 25.0 0.6931
#=> [3, 7, 18] [[3, 4], [6, 8]]
#=> 1 0 ??->?
#=> ['a', 'ff'] [3, 1]
#=> [['in', 'low', 'high'], ['in', 'high', 'low']] ['in', 'in'] Where a value lies.
#=> [1.0, 1.0] [20.0, 25.0]
#=> [[35.0]]
#=> [0.0, 9.0, 0.0]
#=> [0.0, 0.5, 1.0] [45.0, -135.0]
#=> [0.0, -2.783, -5.566]
#=> [-4, 3] [2, 1]
#=> [-1, 1] [2, 1] [-1.0, 0.0, 1.0]
#=> [0.0, 2.0, 2.0] [-1.0, 1.0]
#=> [0.5, -0.25] [4, 2] 60
#=> [4, 2] [1, 8, 256]
#=> 250 [False, True] 8
#=> [0.0, 0.5, 1.0] [5.0, 3.0]
#=> True [3.0, -2.0] [8.0, 0.5]
#=> [2, 2] [0, 3]
#=> [[1, 2], [3, 8]] 8
#=> 1.5 [-3, 6, -3]
#=> [1.0, 0.6366] 1.266066
