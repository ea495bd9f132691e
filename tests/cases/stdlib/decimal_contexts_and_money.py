# Decimal in earnest: contexts, traps, signals, rounding modes, exact splitting of money and formatting.
from decimal import (ROUND_05UP, ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP,
                     ROUND_UP, Context, Decimal, Inexact, InvalidOperation, Overflow, getcontext, localcontext)

MODES = (ROUND_UP, ROUND_DOWN, ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_05UP)
for text in ("2.5", "-2.5", "1.1", "-1.9"):
    print(f"{text:>5}", [str(Decimal(text).quantize(Decimal(1), mode)) for mode in MODES])


def split(amount, parts):
    cents = int(amount * 100)
    share, extra = divmod(cents, parts)
    return [Decimal(share + (position < extra)) / 100 for position in range(parts)]


def vat(net, rate):
    return (net * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)


print(split(Decimal("100.00"), 3), sum(split(Decimal("0.07"), 4)), vat(Decimal("19.99"), Decimal("0.19")))
with localcontext(prec=6) as context:
    print(Decimal(1) / 3, Decimal("123456.789") + 0, +Decimal("1.23456789"))
    print(Decimal(2) ** Decimal("0.5"), bool(context.flags[Inexact]))
print(Decimal(1) / 3, getcontext().prec, Decimal("1e3"), Decimal("1000").to_eng_string())
print(Decimal("1E+4").quantize(Decimal(1)), Decimal("-0"))
print(Decimal("10").ln().quantize(Decimal("1e-8")), Decimal(2).exp())
print(Decimal("1.20").compare(Decimal("1.2")), Decimal("1.20") == Decimal("1.2"))
print(Decimal("7") // Decimal("-2"), Decimal("7") % Decimal("-2"))
print(divmod(Decimal("7.5"), 2), Decimal("5").fma(2, 3), Decimal("3.7").to_integral_value())
print(Decimal("1.23e-7"))
print(f"{Decimal('1234567.891'):,.2f} {Decimal('0.000123'):e} {Decimal('0.5'):.0%}")
print(Decimal("1.50").as_tuple().exponent)
print(hash(Decimal("2.50")) == hash(2.5), Decimal("0.1") == 0.1)
print(Decimal(0.1) == 0.1, Decimal("1") + 1, max(Decimal("NaN").max(1), Decimal(0)))
print(Decimal("sNaN").is_snan(), Decimal("Infinity") > 10**100)
print(Decimal("9.99").adjusted(), Decimal((1, (3, 1, 4), -2)), round(Decimal("2.675"), 2))

strict = Context(prec=4, traps=[Inexact, InvalidOperation, Overflow])
print(strict.add(Decimal("1.2"), Decimal("3.4")), strict.create_decimal("12.34"))
for attempt in (lambda: strict.divide(Decimal(1), Decimal(3)), lambda: Decimal("abc"), lambda: Decimal(1) / 0,
                lambda: Decimal(-1).sqrt(), lambda: Decimal("1.1") + 0.1, lambda: Decimal("Inf") - Decimal("Inf"),
                lambda: Decimal(0) / 0, lambda: Decimal(10) ** 10**9):
    try:
        attempt()
    except (ArithmeticError, TypeError) as exc:
        print(type(exc).__name__, end=" ")
print(Context(prec=3, traps=[]).divide(Decimal(1), Decimal(0)))

#=>   2.5 ['3', '2', '3', '2', '3', '2', '2', '2']
#=>  -2.5 ['-3', '-2', '-2', '-3', '-3', '-2', '-2', '-2']
#=>   1.1 ['2', '1', '2', '1', '1', '1', '1', '1']
#=>  -1.9 ['-2', '-1', '-1', '-2', '-2', '-2', '-2', '-1']
#=> [Decimal('33.34'), Decimal('33.33'), Decimal('33.33')] 0.07 3.80
#=> 0.333333 123457 1.23457
#=> 1.41421 True
#=> 0.3333333333333333333333333333 28 1E+3 1000
#=> 10000 -0
#=> 2.30258509 7.389056098930650227230427461
#=> 0 True
#=> -3 1
#=> (Decimal('3'), Decimal('1.5')) 13 4
#=> 1.23E-7
#=> 1,234,567.89 1.23e-4 50%
#=> -2
#=> True False
#=> True 2 1
#=> True True
#=> 0 -3.14 2.68
#=> 4.6 12.34
#=> Inexact InvalidOperation DivisionByZero InvalidOperation TypeError InvalidOperation InvalidOperation Overflow Infinity
