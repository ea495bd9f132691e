# Asks for the contents of answers that have none, and at last wants them where there is no memory. The host writes
# nothing there; the session is lost, by code that went round the runtime.
import _host, struct
room = bytes(10)
for position in (0, 1, 2**32 - 1):
    for address, length in ((0, 0), (0, 10), (id(room) + bytes.__basicsize__ - 1, 10)):
        print(_host.call(struct.pack("<BIII", 9, position, address, length)), end=" ")
print(room == bytes(10))
try:
    _host.call(b"\x09\0\0")
except Exception as error:
    print(type(error).__name__)
_host.call(struct.pack("<BIII", 9, 0, 0xFFFF_0000, 0))
#=> b'' b'' b'' b'' b'' b'' b'' b'' b'' True
#=> OSError
#% ends: failed
#% session: rolled back
