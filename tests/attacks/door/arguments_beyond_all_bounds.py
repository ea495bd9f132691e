# Hands the host arguments that are much longer than a tool may be called with, past the runtime that
# would have refused them. The tool is not called.
#% limits: memory=400MiB
import _host, struct
for size in (2_000_000, 30_000_000, 60_000_000):
    try:
        _host.call(struct.pack("<BIIIII", 1, 4, size + 13, 0, 0, 0) + b'echo{"value": "' + b"x" * size + b'"}')
        print("called")
    except ConnectionRefusedError:
        print(_host.call(b"\x04").decode()[:24])
    try:
        _host.call(struct.pack("<BIIIII", 1, size, 2, 0, 0, 0) + b"n" * size + b"{}")
        print("called")
    except ConnectionRefusedError:
        print(_host.call(b"\x04").decode()[:24])
#=> ToolArgumentError: echo:
#=> ToolError: there is no t
#=> ToolArgumentError: echo:
#=> ToolError: there is no t
#=> ToolArgumentError: echo:
#=> ToolError: there is no t
