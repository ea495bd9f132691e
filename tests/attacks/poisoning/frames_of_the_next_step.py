# Leaves code behind that runs within the next step: descriptors on its names, audit hooks, context
# variables. It ran in its own session all the time.
import sys
seen = []
sys.addaudithook(lambda event, arguments: seen.append(event))
#%% step
compile("1", "s", "eval")
print("compile" in seen, len(seen) > 1)
#%% step
def refuse(event, arguments):
    if event in ("compile", "exec"):
        raise RuntimeError("no more code")
sys.addaudithook(refuse)
#%% step
print("not reached")
#% ends 1: completed
#% ends: raised RuntimeError | raised Exception
#% after: fresh
#=> True True
