# The format mini-language: alignment, signs, grouping, bases, precision, percentages, dates and custom __format__.
from datetime import date

for value in (0, 7, -42, 1234567):
    print(f"|{value:6d}|{value:<6}|{value:^+9}|{value:08,}|{value:#x}|{value:_b}|")
for value in (3.14159265, -0.5, 12345.678, 1e-7, 2.0):
    print(f"|{value:.2f}|{value:10.3e}|{value:+.1%}|{value:g}|{value:,.1f}|{value}|")

width, precision, name = 12, 3, "Ada"
print(f"[{name:>{width}}] [{name:*^{width}}] [{2 / 3:{width}.{precision}f}] [{name:.2}] [{name!r:<7}]")
print(f"{name=} {2 + 3=} {name.lower()!r:>8} {{literal}} {float('nan'):.1f} {float('-inf'):>6} {-0.0001:z.2f}")
print("{0} {1} {0} {who:>5} {p[0]} {d[key]}".format("a", "b", who="me", p=[9], d={"key": "v"}))
print("{:%Y-%m-%d} is day {:%j}".format(date(2024, 2, 29), date(2024, 2, 29)), format(255, "08b"), f"{65:c}")


class Temperature:
    def __init__(self, celsius):
        self.celsius = celsius

    def __format__(self, spec):
        if spec.endswith("F"):
            return format(self.celsius * 9 / 5 + 32, spec[:-1] or ".1f") + "°F"
        return format(self.celsius, spec or ".1f") + "°C"


print(f"{Temperature(21.5)} {Temperature(21.5):F} {Temperature(-3):.0f} {Temperature(100):.2fF}")
for label, amount in {"rent": 1200, "food": 310.5, "fun": 0.333}.items():
    print(f"{label:.<12}{amount:>10,.2f}")
print("%5.1f|%-6s|%+d|%x|%r|%%" % (2.25, "ab", 5, 255, "q"))

#=> |     0|0     |   +0    |0,000,000|0x0|0|
#=> |     7|7     |   +7    |0,000,007|0x7|111|
#=> |   -42|-42   |   -42   |-000,042|-0x2a|-10_1010|
#=> |1234567|1234567|+1234567 |1,234,567|0x12d687|1_0010_1101_0110_1000_0111|
#=> |3.14| 3.142e+00|+314.2%|3.14159|3.1|3.14159265|
#=> |-0.50|-5.000e-01|-50.0%|-0.5|-0.5|-0.5|
#=> |12345.68| 1.235e+04|+1234567.8%|12345.7|12,345.7|12345.678|
#=> |0.00| 1.000e-07|+0.0%|1e-07|0.0|1e-07|
#=> |2.00| 2.000e+00|+200.0%|2|2.0|2.0|
#=> [         Ada] [****Ada*****] [       0.667] [Ad] ['Ada'  ]
#=> name='Ada' 2 + 3=5    'ada' {literal} nan   -inf 0.00
#=> a b a    me 9 v
#=> 2024-02-29 is day 060 11111111 A
#=> 21.5°C 70.7°F -3°C 212.00°F
#=> rent........  1,200.00
#=> food........    310.50
#=> fun.........      0.33
#=>   2.2|ab    |+5|ff|'q'|%
