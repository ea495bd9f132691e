# Empties the runtime's modules, so that what runs the next step has no names to work with. The session
# is lost with that step at the latest, and says so.
import fumehood.steps
fumehood.steps.__dict__.clear()
#%% step
x = 1
#% ends 1: failed | completed
#% ends: failed | completed | raised NameError
#% session: either
#% after: fresh
