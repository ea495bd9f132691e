# Has the adapter add to words all over memory, which it does for as many as the outcome says.
import fumehood.steps, struct
fumehood.steps._layout = lambda *a: struct.pack("<I", 2**27) + bytes(100)
1
#% ends: failed
#% session: rolled back
