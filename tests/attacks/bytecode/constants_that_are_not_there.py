# Loads constants, names and variables that its code does not have, which are whatever is in memory there.
#% limits: time=500ms
import dis
def f(): return 1
op = dis.opmap
f.__code__ = f.__code__.replace(co_code=bytes([op["RESUME"], 0, op["EXTENDED_ARG"], 0x7f, op["LOAD_CONST"], 0xf0, op["RETURN_VALUE"], 0]))
repr(f())
#% ends: any
#% session: either
#% after: fresh
