# Takes answers of calls that were never made, of those that are not done, twice, and ends calls that are not there.
import _host, struct
def ask(*request):
    try:
        return _host.call(struct.pack(*request))
    except ConnectionRefusedError:
        return _host.call(b"\x04")
for number in (0, 1, 2**31, 2**32 - 1):
    print(ask("<BI", 7, number))
    ask("<BI", 8, number)
number = int.from_bytes(_host.call(struct.pack("<BIIIII", 5, 4, 12, 0, 0, 0) + b'echo{"value": 1}'), "little")
print(list(ask("<Bq", 6, -1)) != [], ask("<BI", 7, number), ask("<BI", 7, number)[:9], ask("<Bq", 6, 0))
number = int.from_bytes(_host.call(struct.pack("<BIIIII", 5, 3, 15, 0, 0, 0) + b'nap{"seconds": 60}'), "little")
print(ask("<BI", 7, number)[:9], ask("<Bq", 6, 1000), ask("<BI", 8, number), ask("<BI", 7, number)[:9])
#=> b'ToolError: there is no call 0 that is done'
#=> b'ToolError: there is no call 1 that is done'
#=> b'ToolError: there is no call 2147483648 that is done'
#=> b'ToolError: there is no call 4294967295 that is done'
#=> True b'1' b'ToolError' b''
#=> b'ToolError' b'' b'' b'ToolError'
