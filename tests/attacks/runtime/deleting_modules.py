# Takes the runtime's modules out of `sys.modules`. The host holds what runs a step, and the
# next ones run as before.
import sys
for name in [name for name in sys.modules if name.startswith("fumehood")] + ["__main__", "builtins", "sys", "_host"]:
    del sys.modules[name]
#%% step
try:
    while True: echo("x")
except BaseException as error:
    print(type(error).__name__)
#%% step
import json
print(json.dumps(1 + 1))
#=> ToolCallLimitExceeded
#=> 2
#% after: fresh
