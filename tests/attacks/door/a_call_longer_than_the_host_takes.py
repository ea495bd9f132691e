# Hands the host more in one call than any call may bring. The call, and the session, end there.
#% limits: memory=400MiB
import _host, struct
_host.call(b"\x01" + struct.pack("<I", 4) + b"echo" + b"x" * 120_000_000)
#% ends: failed
#% session: rolled back
