# Says that what goes with a call is where the guest has no memory. The host looks at nothing there; the session is
# lost, by code that went round the runtime.
import _host, struct
request = struct.pack("<BIIIII", 1, 4, 2, 0, 0xFFFF_0000, 0xFFFF) + b"echo{}"
_host.call(request)
#% ends: failed
#% session: rolled back
