# Ends the interpreter by `os.abort`. The session is lost, the host is not.
import os
os.abort()
#% ends: failed
#% session: rolled back
