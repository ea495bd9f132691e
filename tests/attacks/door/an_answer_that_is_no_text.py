# Gives a final answer that is not UTF-8. There is no answer; the step is rolled back.
import _host, struct
_host.call(struct.pack("<BBBIII", 2, 1, 0, 3, 4, 0) + b"\xff[]" + b"text")
#% ends: failed
#% session: rolled back
