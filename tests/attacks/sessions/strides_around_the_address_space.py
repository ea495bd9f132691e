# Walks out of an array by strides and by negative offsets, which wrap around in 32 bits and lead back
# into its own memory, or to nothing.
import numpy as np
a = np.arange(100, dtype="u1")
b = np.lib.stride_tricks.as_strided(a, shape=(4,), strides=(2**30,))
print(b[0], b.shape)
b.sum()
#=> 0 (4,)
#% ends: failed
#% session: rolled back
