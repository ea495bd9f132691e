# Fractions: exact sums, continued fractions, Egyptian fractions, conversions and formatting of ratios.
import math
from decimal import Decimal
from fractions import Fraction as F

print(F(3, -6), F("0.125"), F("3/7"), F(1.5), F(Decimal("1.1")), F("1e-2"), F(), F(0.1) == F("0.1"), F("-.25"))
print(F(1, 3) + F(1, 6), F(1, 2) ** 3, F(4, 9) ** 0.5, 2 / F(3), F(7, 2) // 1)
print(F(7, 2) % 1, -F(1, 3), abs(F(-2, 3)), F(1, 2) + 0.5, F(2) == 2)
print(F(22, 7) < math.pi, round(F(22, 7), 2), round(F(5, 2)))
print(math.floor(F(-1, 2)), math.ceil(F(1, 2)), int(F(7, 2)), float(F(1, 3)))
print(F(math.pi).limit_denominator(100), F("3.1416").limit_denominator(10))
print(F(7, 3).as_integer_ratio(), hash(F(1, 2)) == hash(0.5), F(6, 4).denominator)


def continued(fraction):
    while True:
        whole = fraction.numerator // fraction.denominator
        yield whole
        if fraction == whole:
            return
        fraction = 1 / (fraction - whole)


def egyptian(fraction):
    parts = []
    while fraction:
        part = F(1, math.ceil(1 / fraction))
        parts.append(part)
        fraction -= part
    return parts


def bernoulli(n):
    row = [F(0)] * (n + 1)
    for m in range(n + 1):
        row[m] = F(1, m + 1)
        for j in range(m, 0, -1):
            row[j - 1] = j * (row[j - 1] - row[j])
    return row[0]


def solve(rows):
    rows = [[F(value) for value in row] for row in rows]
    for i in range(len(rows)):
        pivot = next(r for r in range(i, len(rows)) if rows[r][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(len(rows)):
            if r != i:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i])]
    return [row[-1] for row in rows]


print(list(continued(F(415, 93))), list(continued(F("0.75"))), *egyptian(F(6, 7)))
print([str(bernoulli(n)) for n in (0, 1, 2, 4, 10, 12)], sum(F(1, math.factorial(n)) for n in range(8)))
print(*solve([[2, 1, -1, 8], [-3, -1, 2, -11], [-2, 1, 2, -3]]), *solve([[1, F(1, 2), 3], [F(1, 3), 1, 2]]))
print([F(1, 2), F(3, 4)], sorted([F(1, 2), 0.3, F(2, 5)]), min(F(1, 3), F(33, 100)))
print(sum([F(1, 10)] * 10) == 1, math.prod([F(2, 3), F(3, 4)]))
for wrong in ("1/0", "a/b", "1//2", ""):
    try:
        F(wrong)
    except (ValueError, ZeroDivisionError) as exc:
        print(f"{type(exc).__name__}: {exc}")

#=> -1/2 1/8 3/7 3/2 11/10 1/100 0 False -1/4
#=> 1/2 1/8 0.6666666666666666 2/3 3
#=> 1/2 -1/3 2/3 1.0 True
#=> False 157/50 2
#=> -1 1 3 0.3333333333333333
#=> 311/99 22/7
#=> (7, 3) True 2
#=> [4, 2, 6, 7] [0, 1, 3] 1/2 1/3 1/42
#=> ['1', '1/2', '1/6', '-1/30', '5/66', '-691/2730'] 685/252
#=> 2 3 -1 12/5 6/5
#=> [Fraction(1, 2), Fraction(3, 4)] [0.3, Fraction(2, 5), Fraction(1, 2)] 33/100
#=> True 1/2
#=> ZeroDivisionError: Fraction(1, 0)
#=> ValueError: Invalid literal for Fraction: 'a/b'
#=> ValueError: Invalid literal for Fraction: '1//2'
#=> ValueError: Invalid literal for Fraction: ''
