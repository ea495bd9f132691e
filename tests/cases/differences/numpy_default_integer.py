# guest: the machine has 32 bits, and so has numpy's default integer
# Ask for int64 where sums or products may pass two thousand million; pandas does so by itself.
import numpy as np
import pandas as pd

print(np.array([1, 2]).dtype, np.arange(3).dtype, np.intp(0).dtype, np.array([2**31]).dtype, np.array([1.0]).dtype)
big = np.array([2**31 - 1])
print(big + 1, big.astype(np.int64) + 1)
prices = np.array([1_500_000_000, 1_500_000_000])
print(prices.sum(), prices.sum(dtype=np.int64), prices.mean(), int(prices[0]) * 2)
print(repr(np.int_(7) // 2), np.array([3, 1, 2]).argsort().dtype, np.random.default_rng(0).integers(10, size=1).dtype)
print(pd.Series([1, 2]).dtype, pd.DataFrame({"n": [2**31 - 1]})["n"].add(1).tolist())
print(pd.Series(prices).sum(), pd.Series(np.int64(prices)).sum())
print(np.dtype("l").itemsize, np.dtype("longlong").itemsize, np.dtype("p").itemsize, np.longdouble(1).itemsize)

#=> int32 int32 int32 int64 float64
#=> [-2147483648] [2147483648]
#=> -1294967296 3000000000 1500000000.0 3000000000
#=> np.int32(3) int32 int64
#=> int64 [2147483648]
#=> 3000000000 3000000000
#=> 4 8 4 16
