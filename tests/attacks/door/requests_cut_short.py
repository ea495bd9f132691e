# Sends the host every operation cut off at every length. None is more than an error or an answer.
import _host, struct
whole = [struct.pack("<BIIIII", 1, 4, 12, 0, 0, 0) + b'echo{"value": 1}', b"\x03", b"\x04",
         struct.pack("<BIIIII", 5, 4, 12, 0, 0, 0) + b'echo{"value": 1}', struct.pack("<Bq", 6, 0), b"\x07\0\0\0\0",
         b"\x08\0\0\0\0",
         struct.pack("<BIIIII", 1, 4, 2, 0, 0, 0) + b"fail{}"]
ended = set()
for request in whole:
    for length in range(len(request)):
        try:
            _host.call(request[:length])
            ended.add("answered")
        except Exception as error:
            ended.add(type(error).__name__)
print(sorted(ended), _host.call(whole[0]))
#=> ['OSError'] b'1'
