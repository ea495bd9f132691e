# Replaces the functions that render a value: repr, the codec, the names of classes. The step still ends.
import builtins, fumehood.values, json
fumehood.values.encode = lambda *a: "no JSON ]"
7
#%% step
fumehood.values.encode = lambda *a: 5
7
#%% step
builtins.repr = builtins.str = builtins.type = builtins.isinstance = builtins.len = None
7
#%% step
raise ValueError("told")
#% ends 1: completed
#% ends 2: completed
#% ends 3: completed | raised TypeError
#% ends: raised Exception | raised ValueError
#% after: fresh
