# Replaces built-in functions that the next step uses. That is the session's own harm, and no other's.
import builtins
builtins.print = lambda *a: None
builtins.len = lambda x: -1
builtins.sum = None
builtins.__import__ = lambda *a: (_ for _ in ()).throw(ImportError("no"))
builtins.__build_class__ = None
builtins.ValueError = builtins.Exception = int
#%% step
x = 6 * 7
#%% step
import json
#%% step
class A: pass
#%% step
raise KeyError("told")
#% ends 1: completed
#% ends 2: completed
#% ends 3: raised ImportError | raised Exception
#% ends 4: raised TypeError | raised Exception
#% ends: raised KeyError | raised Exception
#% after: fresh
