# Gives a final answer that is not UTF-8. There is no answer; the session is lost.
import _host, struct
_host.call(b"\x02\x01" + struct.pack("<I", 3) + b"\xff[]" + b"text")
#% ends: failed
#% session: rolled back
