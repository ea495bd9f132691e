# Runs hand-made code that jumps out of itself. The interpreter does not check code, so it may break; it
# is the guest's memory that it breaks.
#% limits: time=500ms
import dis
def f(): pass
jump = dis.opmap["JUMP_FORWARD"]
f.__code__ = f.__code__.replace(co_code=bytes([dis.opmap["EXTENDED_ARG"], 0xff, dis.opmap["EXTENDED_ARG"], 0xff, jump, 0xff]) * 4)
f()
#% ends: any
#% session: either
#% after: fresh
