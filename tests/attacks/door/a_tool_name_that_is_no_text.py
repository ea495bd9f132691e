# Calls a tool whose name is not UTF-8. No tool runs; the session is lost, by code that went round the
# runtime.
import _host, struct
_host.call(struct.pack("<BIIIII", 1, 2, 2, 0, 0, 0) + b"\xff\xfe{}")
#% ends: failed
#% session: rolled back
