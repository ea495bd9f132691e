# Leaves files open at the end, in a session that is lost: the host's descriptors are closed with it.
import os
files = [open(f"/tmp/{n}", "w") for n in range(80)]
folders = [os.open("/out", os.O_RDONLY | os.O_DIRECTORY) for _ in range(30)]
os.abort()
#% ends: failed
#% session: rolled back
