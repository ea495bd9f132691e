# Has a MemoryError happen where it is least expected: in the rendering of a value, of an exception, in
# a finaliser, while importing.
class Big:
    def __repr__(self): return "x" * 10**9
Big()
#%% step
class BigError(Exception):
    def __str__(self): return "x" * 10**9
raise BigError
#%% step
class Late:
    def __del__(self): bytearray(10**9)
Late()
None
#%% step
try:
    bytearray(10**9)
except MemoryError:
    raise ValueError("after it")
#% ends 1: limit memory_bytes
#% ends 2: raised BigError
#% ends 3: completed
#% ends: raised ValueError
