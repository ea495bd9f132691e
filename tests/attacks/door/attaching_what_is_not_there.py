# Says of attached values that they are longer than they are, lie where nothing is, are where another is, and are
# of types that are no types. None of it reaches a tool.
import _host, json, struct
def call(arguments, said, contents):
    said = said if isinstance(said, bytes) else json.dumps(said).encode()
    where = id(contents) + bytes.__basicsize__ - 1
    request = struct.pack("<BIIIII", 1, 4, len(arguments), len(said), where, len(contents)) + b"echo" + arguments + said
    try:
        return _host.call(request)
    except ConnectionRefusedError:
        return _host.call(b"\x04").split(b": ")[0]
null = b'{"value": null}'
plain = "application/octet-stream"
for said in ([["/value", plain, 3]], [["/value", plain, 2**62]], [["/value", plain, -1]], [["", plain, 1]],
             [["/other", plain, 1]], [["/value", plain, 1], ["/value", plain, 1]], [["/value", "text", 1]],
             [["/value", "a/" + "b" * 1000, 1]], [["/value", "a\n/b", 1]], [[]], {}, b"x", b"\xff" if False else b"[",
             [["/value", plain, 0]] * 2000, [["/value/0/1/2", plain, 0]]):
    assert call(null, said, b"ab") == b"ToolArgumentError", said
print(call(b'{"value": 1}', b"", b"bytes that nothing is said about"))
#=> b'1'
