# Convert integers to Roman numerals and back, reject malformed numerals, and check the round trip.
import re

PAIRS = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
         (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]
VALID = re.compile(r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")


def to_roman(number):
    if not 0 < number < 4000:
        raise ValueError(f"{number} is out of range")
    digits = []
    for value, symbol in PAIRS:
        times, number = divmod(number, value)
        digits.append(symbol * times)
    return "".join(digits)


def from_roman(text):
    if not text or not VALID.fullmatch(text):
        raise ValueError(f"{text!r} is not a Roman numeral")
    values = [dict((symbol, value) for value, symbol in PAIRS)[letter] for letter in text]
    return sum(-a if a < b else a for a, b in zip(values, values[1:] + [0]))


for year in (4, 9, 14, 40, 444, 1666, 1994, 2024, 3999):
    print(f"{year:>5} {to_roman(year):<14} {from_roman(to_roman(year))}")
print(all(from_roman(to_roman(n)) == n for n in range(1, 4000)))
print(max(range(1, 4000), key=lambda n: len(to_roman(n))))
for bad in ("IIII", "VX", ""):
    try:
        from_roman(bad)
    except ValueError as exc:
        print(exc)
to_roman(4000)

#=>     4 IV             4
#=>     9 IX             9
#=>    14 XIV            14
#=>    40 XL             40
#=>   444 CDXLIV         444
#=>  1666 MDCLXVI        1666
#=>  1994 MCMXCIV        1994
#=>  2024 MMXXIV         2024
#=>  3999 MMMCMXCIX      3999
#=> True
#=> 3888
#=> 'IIII' is not a Roman numeral
#=> 'VX' is not a Roman numeral
#=> '' is not a Roman numeral
#! ValueError: 4000 is out of range
#@ 35, 11
