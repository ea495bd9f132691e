# f-strings: conversions, nested format specs, the = form, dates, alignment, and __format__ of one's own.
from datetime import date
from decimal import Decimal


class Money:
    def __init__(self, amount, currency):
        self.amount, self.currency = amount, currency

    def __format__(self, spec):
        style, _, rest = spec.partition("|")
        text = f"{self.amount:{rest or ',.2f'}}"
        return {"": text, "c": f"{text} {self.currency}", "s": f"{self.currency[0]}{text}"}[style]

    def __repr__(self):
        return f"Money({self.amount}, {self.currency!r})"


price, name, width, precision = Money(1234.5, "EUR"), "O'Hara", 12, 3
print(f"{price} {price:c} {price:s|.0f} {price!r} {price!s:.5}")
print(f"{name!r:>{width}}|{name:^{width}}|{name:*<{width}}|{22 / 7:{width}.{precision}f}|{'nested':{'>' + str(width)}}")
print(f"{width=} {width + precision = } {name=!s} {price=!r} {22 / 7=:.2f}")
print(f"{255:#x} {255:#010b} {255:o} {-255:+,d} {1e9:_.0f} {1234567:,} {0.256:.1%} {1e-7:g} {123456.789:.3e} {65:c}")
print(f"{date(2024, 3, 9):%d %B %Y} {date(2024, 3, 9)!r} {Decimal('3.14159'):.2f} {True:d} {None!s:>6} {[1, 2]!s:>8}")
print(f"{{literal}} {{{width}}} {{{{both}}}} {'a' if width > 5 else 'b'} {(lambda x: x * 2)(4)} {[n for n in range(3)]}")
print(f"{'one'}" f"{' joined'}" " {plain}", f"{'a' 'b'!r}", f"{ {'k': 1}['k'] }", f"{1 if width else 2:>4}")
table = {"tea": 4.5, "biscuits": 12.25}
for item, cost in table.items():
    print(f"{item:.<10}{cost:.>8.2f}  {table['tea']:.1f}  {max(table, key=lambda k: table[k])}")
print(rf"\d+{width}\n", f"\N{GREEK SMALL LETTER PI} = {3.14159:.2f}")
print(f"{'é':>3}|{'日本':<4}|", f"{float('nan'):5} {-0.0:.0f}")
for spec in ("d", ".2x", "z^^5"):
    try:
        print(format(2.5, spec))
    except ValueError as exc:
        print("ValueError:", exc)

#=> 1,234.50 1,234.50 EUR E1234 Money(1234.5, 'EUR') Money
#=>     "O'Hara"|   O'Hara   |O'Hara******|       3.143|      nested
#=> width=12 width + precision = 15 name=O'Hara price=Money(1234.5, 'EUR') 22 / 7=3.14
#=> 0xff 0b11111111 377 -255 1_000_000_000 1,234,567 25.6% 1e-07 1.235e+05 A
#=> 09 March 2024 datetime.date(2024, 3, 9) 3.14 1   None   [1, 2]
#=> {literal} {12} {{both}} a 8 [0, 1, 2]
#=> one joined {plain} 'ab' 1    1
#=> tea...........4.50  4.5  biscuits
#=> biscuits.....12.25  4.5  biscuits
#=> \d+12\n π = 3.14
#=>   é|日本  |   nan -0
#=> ValueError: Unknown format code 'd' for object of type 'float'
#=> ValueError: Unknown format code 'x' for object of type 'float'
#=> ValueError: Invalid format specifier 'z^^5' for object of type 'float'
