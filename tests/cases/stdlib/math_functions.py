# The math and cmath modules: special functions, exact integer functions, distances, and their domain errors.
import cmath
import math

print([f"{math.sin(math.radians(angle)):.4f}" for angle in (0, 30, 45, 90, 180)])
print(f"{math.degrees(math.atan2(-1, -1)):.1f}")
print(f"{math.exp(1):.10f} {math.log10(1e-3):.6f}")
print(f"{math.expm1(1e-10):.5e} {math.log1p(1e-10):.5e} {math.log(8, 2):.6f} {math.log2(2**70)}")
print(f"{math.gamma(5.5):.6f} {math.lgamma(100):.6f} {math.erf(0.5):.8f} {math.erfc(2):.8f}")
print(f"{math.sinh(1):.6f} {math.acosh(2):.6f}")
print(math.hypot(3, 4), math.hypot(1, 2, 2), math.dist((1, 2, 3), (4, 6, 3)))
print(f"{math.cbrt(27):.6f} {math.exp2(10)}", math.sqrt(2)**2 == 2)
print(math.comb(10, 3), math.perm(10, 3), math.perm(5), math.factorial(20))
print(math.gcd(12, 18, 27), math.lcm(), math.isqrt(99), math.prod([2, 3, 7]))
print(math.floor(-1.5), math.ceil(-1.5), math.trunc(-1.5), math.modf(-2.25))
print(math.frexp(12.0), math.ldexp(0.75, 4), math.remainder(7, 4))
print(math.isinf(-math.inf), math.isnan(math.nan), math.isfinite(1e308))
print(math.isclose(1e-9, 0), math.isclose(1e-9, 0, abs_tol=1e-8), math.tau / math.pi)
print(math.fsum([1e16, 1, -1e16]), sum([1e16, 1, -1e16]) in (0.0, 1.0))
print(math.fsum([0.1] * 3), math.fsum([]))

roots = [cmath.exp(2j * cmath.pi * k / 5) for k in range(5)]
print(f"{abs(sum(roots)):.10f}", [f"{cmath.phase(root) / math.pi:.1f}" for root in roots])
print(cmath.isclose(roots[1] ** 5, 1))
print(f"{cmath.sqrt(-1)} {cmath.log(-1):.4f} {cmath.rect(2, math.pi / 2):.3f} {cmath.sin(1j):.4f}")
print(cmath.isnan(complex("nan")), cmath.inf)


def quadratic(a, b, c):
    root = cmath.sqrt(b * b - 4 * a * c)
    return sorted(((-b + root) / (2 * a), (-b - root) / (2 * a)), key=lambda z: (z.real, z.imag))


print([z.real for z in quadratic(1, -3, 2)], quadratic(1, 2, 5), [f"{z.real:.3f}" for z in quadratic(1, 1, -1)])
for attempt in (lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.exp(1000), lambda: math.acos(2),
                lambda: math.factorial(-1), lambda: math.gamma(0), lambda: math.isqrt(-1),
                lambda: math.floor(math.nan), lambda: math.pow(0, -1), lambda: math.fmod(1, 0),
                lambda: math.comb(3, -1)):
    try:
        attempt()
    except (ValueError, OverflowError) as exc:
        print(type(exc).__name__, end=" ")
print(math.pow(2, 0.5) == 2**0.5, math.sin(1e22) == math.sin(1e22 % math.tau))

#=> ['0.0000', '0.5000', '0.7071', '1.0000', '0.0000']
#=> -135.0
#=> 2.7182818285 -3.000000
#=> 1.00000e-10 1.00000e-10 3.000000 70.0
#=> 52.342778 359.134205 0.52049988 0.00467773
#=> 1.175201 1.316958
#=> 5.0 3.0 5.0
#=> 3.000000 1024.0 False
#=> 120 720 120 2432902008176640000
#=> 3 1 9 42
#=> -2 -1 -1 (-0.25, -2.0)
#=> (0.75, 4) 12.0 -1.0
#=> True True True
#=> False True 2.0
#=> 1.0 True
#=> 0.30000000000000004 0.0
#=> 0.0000000000 ['0.0', '0.4', '0.8', '-0.8', '-0.4']
#=> True
#=> 1j 0.0000+3.1416j 0.000+2.000j 0.0000+1.1752j
#=> True inf
#=> [1.0, 2.0] [(-1-2j), (-1+2j)] ['-1.618', '0.618']
#=> ValueError ValueError OverflowError ValueError ValueError ValueError ValueError ValueError ValueError ValueError ValueError True False
