# Integer bit operations, bases, byte conversion, modular arithmetic and very large integers.
import math

flags = 0b1011_0010
print(bin(flags), hex(flags), oct(flags), flags.bit_length(), flags.bit_count())
print(flags & 0x0F, flags | 1, flags ^ 0xFF, ~flags, flags << 3, flags >> 4, -flags >> 4)
print([position for position in range(8) if flags >> position & 1])
print(int("ff", 16), int("0o17", 0), int("-1010", 2), int(" 42\n"))

print((1000).to_bytes(4, "big"), int.from_bytes(b"\x10\x00", "little"), (-2).to_bytes(2, "big", signed=True))
print(divmod(17, 5), divmod(-17, 5), -17 // 5, -17 % 5, int(-3.9), round(-3.5), round(2.5))
print(pow(7, -1, 11), pow(3, 200, 1_000_007), math.gcd(84, 36), math.lcm(4, 6, 10), math.isqrt(10**20 + 1))

big = 2**200 + 1
print(big)
print(big % 97, big.bit_length(), len(str(3**1000)), sum(map(int, str(math.factorial(100)))))
print(math.factorial(30), math.comb(60, 30))
print(2**63 - 1, -(2**63), 2**64 == 18446744073709551616, hash(-1) == hash(-2))
print(True + True, isinstance(True, int), 7 .__add__(5), 0.1 + 0.2, 1e16 + 1, 10**400 > float("1e308"))

#=> 0b10110010 0xb2 0o262 8 4
#=> 2 179 77 -179 1424 11 -12
#=> [1, 4, 5, 7]
#=> 255 15 -10 42
#=> b'\x00\x00\x03\xe8' 16 b'\xff\xfe'
#=> (3, 2) (-4, 3) -4 3 -3 -4 2
#=> 8 959082 12 60 10000000000
#=> 1606938044258990275541962092341162602522202993782792835301377
#=> 63 201 478 648
#=> 265252859812191058636308480000000 118264581564861424
#=> 9223372036854775807 -9223372036854775808 True True
#=> 2 True 12 0.30000000000000004 1e+16 True
