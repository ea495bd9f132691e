# Deletes all built-in functions. Steps end with an outcome, or the session is lost.
import builtins
for name in list(vars(builtins)):
    del builtins.__dict__[name]
#%% step
x = 1
#%% step
print(1)
#% ends 1: completed | failed
#% ends: completed | failed
#% session: either
#% after: fresh
