# Has calls fail without asking for the failure, each of which is kept for it. They are the guest's own
# memory, which ends at its limit.
#% limits: tool_calls=1000000 memory=128MiB time=3s
import _host, struct
request = b"\x01" + struct.pack("<I", 900_000) + b"n" * 900_000 + b"{}"
while True:
    try:
        _host.call(request)
    except ConnectionRefusedError:
        pass
#% ends: limit memory_bytes
#% session: either
