# Replaces `__main__` in `sys.modules`, and changes the class of the real one.
import sys, types
class Odd(types.ModuleType):
    def __getattribute__(self, name): raise RuntimeError(name)
main = sys.modules["__main__"]
x = 5
main.__class__ = Odd
#%% step
print(x)
#% ends 1: completed
#% ends: raised RuntimeError
#% after: fresh
