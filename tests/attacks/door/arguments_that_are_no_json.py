# Sends a tool arguments that are no JSON, or JSON that readers disagree about. The tool gets what the
# host's own reader made of them, or is not called.
import _host, struct
def call(arguments):
    try:
        return _host.call(struct.pack("<BIIIII", 1, 4, len(arguments), 0, 0, 0) + b"echo" + arguments)
    except ConnectionRefusedError:
        return _host.call(b"\x04").split(b": ")[0]
for arguments in (b"", b"{", b"[1]", b"1", b"null", b"{}", b'{"value": NaN}', b'{"value": Infinity}',
                  b"{'value': 1}", b'{"value": 1,}', b'{"value": 1} {"value": 2}', b'{"value": 01}',
                  b'{"value": 1e999}', b'{"value": "\\ud800"}', b'{"value": "\0"}', b'{"value": 1, "x": 2}',
                  b'{"value": /**/ 1}', b'\xef\xbb\xbf{"value": 1}', b'{"value"' + b":" * 100_000,
                  b'{"value": ' + b"[" * 500_000):
    assert call(arguments) == b"ToolArgumentError", (arguments[:50], call(arguments)[:50])
print(call(b'{"value": 1, "value": 2}'), call(b'{"value": "\\u0000"}'), call(b' \n{"value":\t1} '))
print(call(b'{"value": ' + b"9" * 300 + b"}"), call(b'{"value": 1e-999}'), call(b'{"value": -0}'))
#% limits: tool_calls=1000
#=> b'2' b'"\\u0000"' b'1'
#=> b'1e+300' b'0.0' b'-0.0'
