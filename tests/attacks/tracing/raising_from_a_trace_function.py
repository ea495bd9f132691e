# Raises from trace and profile functions at every line, in the runtime's code as well as in its own.
import sys
def trace(frame, event, argument):
    raise ValueError("traced")
sys.settrace(trace)
x = 1
(lambda: 1)()
#%% step
def profile(frame, event, argument):
    raise KeyError("profiled")
sys.setprofile(profile)
len("x")
#%% step
sys.setprofile(None)
sys.settrace(None)
#% ends 1: raised ValueError
#% ends 2: raised KeyError | raised Exception
#% ends: completed | raised KeyError | raised Exception
#% session: either
#% after: fresh
