# Raises the exceptions of limits, and its own that look like them. No limit was reached, and none is
# told.
import fumehood
raise fumehood.TimeLimitExceeded("the step's time limit of 1s was reached")
#%% step
class FuelLimitExceeded(fumehood.LimitExceeded):
    __module__ = "fumehood"
raise FuelLimitExceeded("no")
#%% step
raise KeyboardInterrupt
#%% step
raise MemoryError
#%% step
raise fumehood.Cancelled("the step was cancelled")
#% ends 1: raised fumehood.TimeLimitExceeded
#% ends 2: raised fumehood.FuelLimitExceeded
#% ends 3: raised KeyboardInterrupt
#% ends 4: raised MemoryError
#% ends: raised fumehood.Cancelled
