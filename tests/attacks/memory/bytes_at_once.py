# Asks for all addresses at once, in every type that has bytes.
import array, io, mmap
import numpy as np
def far_away():
    out = io.BytesIO()
    out.seek(2**30)
    out.write(b"x")
for make in (lambda: b"x" * 2**31, lambda: bytearray(2**31 - 1), lambda: bytes(2**31), lambda: "x" * (2**31 - 60),
             lambda: array.array("q", [0]) * 2**28, lambda: np.ones(2**28), lambda: np.zeros((2**16, 2**14)),
             lambda: "%0999999999d" % 1, lambda: f"{1:>999999999}", lambda: "é".center(10**9),
             lambda: b"ab".replace(b"", b"x" * 10**8) * 10, lambda: ",".join(["x" * 10**6] * 10**4),
             far_away, lambda: mmap.mmap(-1, 2**31 - 1),
             lambda: memoryview(bytearray(10)).cast("b").tolist() * 2**30, lambda: int("1" * 4000) << 2**31,
             lambda: (0).to_bytes(2**31 - 1), lambda: range(2**31)[:].__len__()):
    try:
        make()
        print("made")
    except (MemoryError, OverflowError, OSError, ValueError) as error:
        print(type(error).__name__)
#=> OverflowError
#=> MemoryError
#=> OverflowError
#=> MemoryError
#=> MemoryError
#=> ValueError
#=> ValueError
#=> MemoryError
#=> MemoryError
#=> MemoryError
#=> MemoryError
#=> OverflowError
#=> MemoryError
#=> OSError
#=> MemoryError
#=> MemoryError
#=> OverflowError
#=> OverflowError
