# Hands the adapter an outcome that says it has four billion ancestors.
import fumehood.steps, struct
fumehood.steps._layout = lambda *a: struct.pack("<10I", 0, 1, 0, 1, 0, 2**32 - 1, 0, 0, 0, 0)
1
#% ends: failed
#% session: rolled back
