# Puts its own modules in place of those that everybody imports.
import sys, types
for name in ("json", "os", "math", "re", "random"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].dumps = lambda value: "poisoned"
#%% step
import json
print(json.dumps([1]))
#=> poisoned
#% after: fresh
