# Calls a tool with arguments that are not UTF-8. No tool runs; the session is lost.
import _host, struct
_host.call(struct.pack("<BIIIII", 1, 4, 16, 0, 0, 0) + b'echo{"value": "\xed\xa0\x80"}')
#% ends: failed
#% session: rolled back
