# Calls a tool whose name is not UTF-8. No tool runs; the session is lost, by code that went round the
# runtime.
import _host, struct
_host.call(b"\x01" + struct.pack("<I", 2) + b"\xff\xfe{}")
#% ends: failed
#% session: rolled back
