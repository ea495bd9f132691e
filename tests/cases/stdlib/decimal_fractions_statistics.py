# Exact money with Decimal, exact ratios with Fraction, and summary statistics.
import math
import statistics as st
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, DivisionByZero, getcontext, localcontext
from fractions import Fraction

print(0.1 + 0.2 == 0.3, Decimal("0.1") + Decimal("0.2") == Decimal("0.3"), Decimal(0.5), Decimal("1.10") * 3)
cent = Decimal("0.01")
for amount in ("2.665", "2.675", "-1.005"):
    value = Decimal(amount)
    print(value, value.quantize(cent, ROUND_HALF_UP), value.quantize(cent, ROUND_HALF_EVEN))
subtotal = sum(Decimal(price) * count for price, count in [("19.99", 3), ("0.35", 12)])
print(f"{subtotal} + tax = {subtotal * Decimal('1.0825'):.2f}, big {Decimal('1234567.891'):,.1f}")
with localcontext() as context:
    context.prec = 40
    print(Decimal(2).sqrt(), Decimal(1) / Decimal(7))
print(getcontext().prec, Decimal("1E+3").normalize(), Decimal("120.00").normalize())
print(Decimal("NaN").is_nan(), Decimal("3.14").as_tuple())
try:
    Decimal(1) / Decimal(0)
except DivisionByZero as exc:
    print("caught", type(exc).__name__, isinstance(exc, ZeroDivisionError))

third = Fraction(1, 3)
print(third + Fraction("0.25"), third**-2, Fraction(0.125), Fraction(math.pi).limit_denominator(1000), round(Fraction(7, 2)))
print(sum(Fraction(1, n) for n in range(1, 11)), float(third) == 1 / 3, Fraction(10, 4).numerator)

data = [2, 4, 4, 4, 5, 5, 7, 9]
print(st.mean(data), st.median(data), st.mode(data), st.pstdev(data), round(st.stdev(data), 4), st.quantiles(data, n=4))
print(st.multimode("aabbc"), st.median_low([1, 2, 3, 4]), st.fmean([1, 2, 4]), round(st.geometric_mean([1, 10, 100]), 6))
slope, intercept = st.linear_regression([1, 2, 3, 4], [3, 5, 7, 9])
print(round(slope, 6), round(intercept, 6), round(st.correlation([1, 2, 3], [6, 4, 2]), 6))

#=> False True 0.5 3.30
#=> 2.665 2.67 2.66
#=> 2.675 2.68 2.68
#=> -1.005 -1.01 -1.00
#=> 64.17 + tax = 69.46, big 1,234,567.9
#=> 1.414213562373095048801688724209698078570 0.1428571428571428571428571428571428571429
#=> 28 1E+3 1.2E+2
#=> True DecimalTuple(sign=0, digits=(3, 1, 4), exponent=-2)
#=> caught DivisionByZero True
#=> 7/12 9 1/8 355/113 4
#=> 7381/2520 True 5
#=> 5 4.5 4 2.0 2.1381 [4.0, 4.5, 6.5]
#=> ['a', 'b'] 2 2.3333333333333335 10.0
#=> 2.0 1.0 -1.0
