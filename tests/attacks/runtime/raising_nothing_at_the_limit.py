# Replaces what names the exception of a limit, so that nothing is raised, or something else. The limit is
# told from the host's side.
#% limits: time=300ms
import fumehood.limits as limits
class Mine(limits.LimitExceeded):
    pass
limits.named = lambda text: Mine(text)
while True: pass
#%% step
limits.named = lambda text: ValueError("not a limit")
while True: pass
#%% step
limits.door.interruption = lambda: ""
while True: pass
#% ends 1: limit time_ms
#% ends 2: raised ValueError
#% ends: limit time_ms
#% session: rolled back
