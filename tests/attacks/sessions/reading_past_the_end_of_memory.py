# Reads behind the end of its memory, where on the host other things might be. It is not there.
import numpy as np
class Memory:
    __array_interface__ = {"data": (0xfff00000, False), "shape": (1000,), "typestr": "|u1", "version": 3}
np.array(Memory(), copy=False).sum()
#% ends: failed
#% session: rolled back
