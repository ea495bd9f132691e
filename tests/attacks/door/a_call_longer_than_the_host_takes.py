# Hands the host more in one call than any call may bring. The call, and the session, end there.
#% limits: memory=700MiB
import _host, struct
_host.call(struct.pack("<BIIIII", 1, 4, 220_000_000, 0, 0, 0) + b"echo" + b"x" * 220_000_000)
#% ends: failed
#% session: rolled back
