# The runtime's start runs again when a step is rolled back, or when a session goes on elsewhere. The code
# makes that a loop without an end, and breaks its interpreter. The host stops what does not end, whether or
# not it is in a step.
#% ends: failed
#% session: either
#% after: fresh
import fumehood.sessions

def for_ever(setup):
    while True:
        pass

fumehood.sessions.start.__code__ = for_ever.__code__
#%% step
import os
os.abort()
