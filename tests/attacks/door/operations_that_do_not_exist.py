# Asks for every operation that does not exist, and for nothing.
import _host
refused = 0
for operation in [0, *range(9, 256)]:
    for rest in (b"", b"\0" * 100, b"\xff" * 100, b"A" * 1_000_000):
        try:
            _host.call(bytes([operation]) + rest)
            print("there is operation", operation)
        except OSError:
            refused += 1
for request in (b"", memoryview(b""), bytearray()):
    try:
        _host.call(request)
    except OSError:
        refused += 1
for request in (None, 1, "text", [1], object()):
    try:
        _host.call(request)
    except TypeError:
        refused += 1
print(refused)
#=> 1000
