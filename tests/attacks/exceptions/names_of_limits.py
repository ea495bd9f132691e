# Names its own classes like those of limits, in modules of that name, so that whoever reads the name takes
# it for one. What is told as a limit is decided by the host.
def forged(name, *bases):
    return type(name, bases or (BaseException,), {"__module__": "fumehood", "__qualname__": name})
Limit = forged("LimitExceeded")
raise forged("TimeLimitExceeded", Limit)("the step's time limit of 1s was reached")
#%% step
raise forged("Cancelled", Limit)
#%% step
raise type("MemoryError", (Exception,), {"__module__": "builtins"})
#% ends 1: raised fumehood.TimeLimitExceeded
#% ends 2: raised fumehood.Cancelled
#% ends: raised MemoryError
