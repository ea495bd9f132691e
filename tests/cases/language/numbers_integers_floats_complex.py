# Arithmetic semantics: floor division, signs, rounding, float edges, exact representations and complex numbers.
import cmath
import math
import sys

print(7 // 2, -7 // 2, 7 // -2, -7 % 3, 7 % -3, divmod(-7, 2), 7.5 // 2, -7.5 % 2, math.fmod(-7.5, 2))
print(round(0.5), round(1.5), round(2.5), round(2.675, 2), round(-1234.5, -2), round(1e16 + 1), round(7, -1), int(-2.9))
print(2**100, 2**-2, 0**0, (-8) ** (1 / 3) == 8 ** (1 / 3))
print(pow(3, -1, 7), pow(5, 117, 19), 1_000_000 * 0xFF + 0o17 + 0b11)
print(0.1 + 0.2, (0.1).hex(), float.fromhex("0x1.8p1"), (0.1).as_integer_ratio()[1] == 2**55, 1e308 * 10, -1 / math.inf)
print(math.inf - math.inf, math.nan == math.nan, 1e16 + 1 == 1e16, 5e-324 / 2, sys.float_info.max, sys.float_info.dig)
print(repr(1e15), repr(1e16), 123456789012345678.0, 1e-5, 0.0001, 1.0, 100 / 3, 2 / 3 * 3)
print(float("1_0.5e-1"), float(" -inf "), float("1e400"), int(" 1_0 "))
print(math.isclose(0.1 + 0.2, 0.3), math.fsum([0.1] * 10), math.ulp(1.0), math.nextafter(1, 2) - 1)
print(math.trunc(-2.5), math.floor(-2.5), math.ceil(-2.5), math.copysign(1, -0.0))
print((2.5).is_integer(), 3.0 == 3, hash(3.0) == hash(3), 10**16 == 1e16, 10**17 + 1 == 1e17)
print((255).bit_length(), (255).bit_count(), ~5, 5 & 3, 5 | 3, 5 ^ 3, 1 << 70, -17 >> 2)
print(int("-ff", 16), int("z", 36), bin(-5), f"{-5:b}", (-5).to_bytes(2, "big", signed=True))
z = 3 + 4j
print(z * z.conjugate(), abs(z), z**2, z / (1 - 2j), z.real, (z == 3 + 4j) is True, complex("1-2j"), 1j**2, -z)
print(f"{cmath.phase(-1):.4f} {cmath.exp(1j * math.pi).real:.3f}", [f"{part:.3f}" for part in cmath.polar(1 + 1j)])
for attempt in (lambda: 1 // 0, lambda: 1.0 % 0, lambda: 0**-1, lambda: 10.0**400, lambda: math.sqrt(-1), lambda: z < z,
                lambda: int("12a"), lambda: int(math.inf), lambda: 1 << -1, lambda: float("1,5")):
    try:
        print(attempt())
    except (ArithmeticError, ValueError, TypeError) as exc:
        print(f"{type(exc).__name__:<18}{isinstance(exc, ArithmeticError)}")
print(math.factorial(25), math.comb(52, 5), math.gcd(84, 36), math.lcm(4, 6), math.isqrt(10**20), len(str(7**5000)))

#=> 3 -4 -4 2 -2 (-4, 1) 3.0 0.5 -1.5
#=> 0 2 2 2.67 -1200.0 10000000000000000 10 -2
#=> 1267650600228229401496703205376 0.25 1 False
#=> 5 1 255000018
#=> 0.30000000000000004 0x1.999999999999ap-4 3.0 True inf -0.0
#=> nan False True 0.0 1.7976931348623157e+308 15
#=> 1000000000000000.0 1e+16 1.2345678901234568e+17 1e-05 0.0001 1.0 33.333333333333336 2.0
#=> 1.05 -inf inf 10
#=> True 1.0 2.220446049250313e-16 2.220446049250313e-16
#=> -2 -3 -2 -1.0
#=> False True True True False
#=> 8 8 -6 1 7 6 1180591620717411303424 -5
#=> -255 35 -0b101 -101 b'\xff\xfb'
#=> (25+0j) 5.0 (-7+24j) (-1+2j) 3.0 True (1-2j) (-1+0j) (-3-4j)
#=> 3.1416 -1.000 ['1.414', '0.785']
#=> ZeroDivisionError True
#=> ZeroDivisionError True
#=> ZeroDivisionError True
#=> OverflowError     True
#=> ValueError        False
#=> TypeError         False
#=> ValueError        False
#=> OverflowError     True
#=> ValueError        False
#=> ValueError        False
#=> 15511210043330985984000000 2598960 12 12 10000000000 4226
