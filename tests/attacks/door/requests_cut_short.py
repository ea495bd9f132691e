# Sends the host every operation cut off at every length. None is more than an error or an answer.
import _host, struct
whole = [b"\x01" + struct.pack("<I", 4) + b'echo{"value": 1}', b"\x03", b"\x04",
         b"\x01" + struct.pack("<I", 4) + b"fail{}"]
ended = set()
for request in whole:
    for length in range(len(request)):
        try:
            _host.call(request[:length])
            ended.add("answered")
        except Exception as error:
            ended.add(type(error).__name__)
print(sorted(ended), _host.call(whole[0]))
#=> ['ConnectionRefusedError', 'OSError'] b'1'
