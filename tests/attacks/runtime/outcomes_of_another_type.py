# Hands the adapter outcomes that are no bytes, too few of them, or a case that does not exist.
import fumehood.steps
fumehood.steps._layout = lambda *a: "text"
1
#% ends: failed
#% session: rolled back
