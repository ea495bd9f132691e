# Sends requests that are not bytes: arrays of words, views with strides, memory of numpy, a buffer that
# is resized while it is sent.
import _host, array, struct
import numpy as np
whole = struct.pack("<BIIIII", 1, 4, 12, 0, 0, 0) + b'echo{"value": 7}'
print(_host.call(bytearray(whole)), _host.call(memoryview(whole)), _host.call(np.frombuffer(whole, "u1")))
twice = bytes(b for byte in whole for b in (byte, 0))
for odd in (memoryview(twice)[::2], np.frombuffer(twice, "u1")[::2], memoryview(whole)[::-1],
            array.array("I", [3]), np.zeros((3, 3))):
    try:
        print(_host.call(odd))
    except (OSError, BufferError, ValueError) as error:
        print(type(error).__name__)
class Buffer(bytearray):
    def __buffer__(self, flags):
        self.clear()
        return memoryview(whole)
    def __len__(self):
        return 2**31
print(_host.call(Buffer(whole)))
#=> b'7' b'7' b'7'
#=> BufferError
#=> ValueError
#=> BufferError
#=> b''
#=> OSError
#=> b'7'
