# Has calls fail without asking for the failure, so that each of them is kept for it. Only the last one
# is.
#% limits: tool_calls=1000000 memory=128MiB time=1s
import _host, struct
request = struct.pack("<BIIIII", 1, 900_000, 2, 0, 0, 0) + b"n" * 900_000 + b"{}"
while True:
    try:
        _host.call(request)
    except ConnectionRefusedError:
        pass
#% ends: limit time_ms
