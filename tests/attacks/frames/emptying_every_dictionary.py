# Empties every dictionary and list that the collector knows: the interpreter's own among them.
import gc
gc.unfreeze()
for o in gc.get_objects():
    if type(o) in (dict, list):
        o.clear()
#% ends: any
#% session: either
#% after: fresh
