# Hands the adapter an outcome that is neither of the two.
import fumehood.steps, struct
fumehood.steps._layout = lambda *a: struct.pack("<10I", 0, 7, 0, 0, 0, 0, 0, 0, 0, 0)
1
#% ends: failed
#% session: rolled back
