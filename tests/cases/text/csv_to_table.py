# Turn CSV text into an aligned plain-text table and a Markdown table with totals.
import csv
import io

SOURCE = """item,quantity,unit price
"Paper, A4",10,4.20
Pens,144,0.35
"The ""good"" stapler",1,18.5
Naïve café mug,3,
"""


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


header, *rows = csv.reader(io.StringIO(SOURCE))
numeric = [all(is_number(cell) or not cell for cell in column) for column in zip(*rows)]
widths = [max(map(len, column)) for column in zip(header, *rows)]


def layout(cells):
    return " | ".join(cell.rjust(width) if right else cell.ljust(width)
                      for cell, width, right in zip(cells, widths, numeric))


print(layout(header))
print("-+-".join("-" * width for width in widths))
for row in rows:
    print(layout(row) if row[-1] else layout(row[:-1] + ["n/a"]))

print()
print("| " + " | ".join(header) + " |")
print("|" + "|".join(" ---: " if right else " --- " for right in numeric) + "|")
for item, quantity, price in rows:
    print(f"| {item} | {quantity} | {price or '—'} |")
total = sum(int(quantity) * float(price or 0) for _, quantity, price in rows)
print(f"total {total:.2f}, columns {dict(zip(header, numeric))}")

#=> item               | quantity | unit price
#=> -------------------+----------+-----------
#=> Paper, A4          |       10 |       4.20
#=> Pens               |      144 |       0.35
#=> The "good" stapler |        1 |       18.5
#=> Naïve café mug     |        3 |        n/a
#=>
#=> | item | quantity | unit price |
#=> | --- | ---: | ---: |
#=> | Paper, A4 | 10 | 4.20 |
#=> | Pens | 144 | 0.35 |
#=> | The "good" stapler | 1 | 18.5 |
#=> | Naïve café mug | 3 | — |
#=> total 110.90, columns {'item': False, 'quantity': True, 'unit price': True}
