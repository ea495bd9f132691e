# Reads every byte of its memory, by arrays that claim to be there, and looks for what another session
# keeps in its own. The pattern is put together, so that it does not find itself.
#% limits: time=20s memory=200MiB
import re
import numpy as np
class Memory:
    def __init__(self, start, length):
        self.__array_interface__ = {"data": (start, False), "shape": (length,), "typestr": "|u1", "version": 3}
pattern = re.compile(b"can" + rb"ary\d{1,9}x\d{9,}")
found = set()
page = 2**20
read = 0
for start in range(64, 84_000_000, page):
    found.update(pattern.findall(np.array(Memory(start, page + 64), copy=False).tobytes()))
    read += page
print(read > 80_000_000, found)
#=> True set()
