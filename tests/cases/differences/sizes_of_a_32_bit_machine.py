# guest: the machine has 32 bits: sizes, hashes and addresses are half as wide
# Python's own integers have no limit, as anywhere; what counts bytes or items ends at 2**31 - 1.
import random
import struct
import sys

print(sys.maxsize == 2**31 - 1, struct.calcsize("P"), struct.calcsize("l"), struct.calcsize("<q"), id(object()) < 2**32)
print(sys.hash_info.width, hash(2**31 - 1), hash(1.5), hash(2**61 - 1) != 0, 2**100 + 1)
for attempt in (lambda: len(range(2**31)), lambda: [0] * 2**31, lambda: "x" * 2**31,
                lambda: random.sample(range(2**40), 1)):
    try:
        attempt()
    except (OverflowError, MemoryError) as exc:
        print(type(exc).__name__, end=" ")
print(2**40 in range(2**50), range(2**40)[-1], "abc"[: 2**40])
print(sys.getsizeof([]), sys.getsizeof({}), sys.getsizeof(""), sys.getsizeof(0))
# A seed that is an int, a text or bytes gives the sequence of every CPython; a float is seeded by its hash.
print(random.Random(42).random() == 0.6394267984578837, random.Random("text").random() == 0.8711565613554825)
print(random.Random(1.5).randrange(1000), "elsewhere 565")

#=> True 4 4 8 True
#=> 32 0 1073741825 True 1267650600228229401496703205377
#=> OverflowError OverflowError OverflowError OverflowError True 1099511627775 abc
#=> 28 40 21 16
#=> True True
#=> 864 elsewhere 565
