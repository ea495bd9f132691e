# Ends the process, which is the host's only in name.
import os
os._exit(0)
#% ends: failed
#% session: rolled back
