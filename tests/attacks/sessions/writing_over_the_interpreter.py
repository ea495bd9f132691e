# Writes zeros over its own memory, the interpreter included. That interpreter is gone; no other is.
import numpy as np
class Memory:
    __array_interface__ = {"data": (2**20, False), "shape": (60_000_000,), "typestr": "|u1", "version": 3}
np.array(Memory(), copy=False)[:] = 0
#% ends: failed
#% session: rolled back
