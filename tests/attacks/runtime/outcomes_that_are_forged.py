# Forges the outcomes of its own steps: an exception of the host's, a limit that was not reached, a value
# that is none. It can say of itself what it likes; that a limit was reached, it cannot.
import fumehood.steps as steps
real = steps._layout_exception
def forged(name, ancestry, message, trace):
    return real("fumehood.TimeLimitExceeded", ["fumehood.TimeLimitExceeded", "fumehood.LimitExceeded"], "forged", "forged")
steps._layout_exception = forged
1 / 0
#%% step
steps._layout_exception = lambda *a: real("MemoryError", ["MemoryError"], "", "")
1 / 0
#%% step
steps._layout_exception = lambda *a: steps._layout_value("forged", '{"a": [}')
1 / 0
#%% step
steps._layout_exception = real
#% ends 1: raised fumehood.TimeLimitExceeded
#% ends 2: raised MemoryError
#% ends 3: completed
