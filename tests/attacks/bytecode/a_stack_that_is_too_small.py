# Pushes more onto the stack than its code says it does, over what comes after, and pops more than is there.
#% limits: time=500ms
import dis
op = dis.opmap
def f(): return 1
f.__code__ = f.__code__.replace(co_stacksize=1, co_code=bytes([op["RESUME"], 0]) + bytes([op["LOAD_CONST"], 0]) * 60_000 + bytes([op["RETURN_VALUE"], 0]))
try:
    f()
except Exception:
    pass
def g(): return 1
g.__code__ = g.__code__.replace(co_code=bytes([op["RESUME"], 0]) + bytes([op["POP_TOP"], 0]) * 500)
g()
#% ends: any
#% session: either
#% after: fresh
