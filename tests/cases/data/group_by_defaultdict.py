# Group sales records with defaultdict and itertools.groupby, then make a cross table with totals.
from collections import defaultdict
from itertools import groupby
from operator import itemgetter

SALES = [
    {"region": "north", "product": "tea", "month": 1, "amount": 120},
    {"region": "south", "product": "tea", "month": 1, "amount": 80},
    {"region": "north", "product": "mug", "month": 2, "amount": 35},
    {"region": "east", "product": "mug", "month": 2, "amount": 50},
    {"region": "north", "product": "tea", "month": 3, "amount": 60},
    {"region": "south", "product": "pot", "month": 3, "amount": 210},
]


def group_by(records, *keys):
    groups = defaultdict(list)
    for record in records:
        groups[itemgetter(*keys)(record)].append(record["amount"])
    return groups


for region, amounts in sorted(group_by(SALES, "region").items()):
    print(f"{region:<6} n={len(amounts)} sum={sum(amounts)} mean={sum(amounts) / len(amounts):.1f} max={max(amounts)}")

cells = group_by(SALES, "region", "product")
products = sorted({record["product"] for record in SALES})
print(f"{'':<7}" + "".join(f"{product:>6}" for product in [*products, "all"]))
for region in sorted({record["region"] for record in SALES}):
    row = [sum(cells.get((region, product), [])) for product in products]
    print(f"{region:<7}" + "".join(f"{value or '-':>6}" for value in [*row, sum(row)]))

for month, rows in groupby(SALES, key=itemgetter("month")):
    print(month, [f"{row['region'][0]}:{row['product']}" for row in rows])
tree = lambda: defaultdict(tree)
nested = tree()
for record in SALES:
    nested[record["product"]][record["region"]][record["month"]] = record["amount"]
print({product: {region: dict(months) for region, months in regions.items()} for product, regions in nested.items()})
best = max(group_by(SALES, "product").items(), key=lambda item: sum(item[1]))
print(best, len(cells), ("west", "tea") in cells)

#=> east   n=1 sum=50 mean=50.0 max=50
#=> north  n=3 sum=215 mean=71.7 max=120
#=> south  n=2 sum=290 mean=145.0 max=210
#=>           mug   pot   tea   all
#=> east       50     -     -    50
#=> north      35     -   180   215
#=> south       -   210    80   290
#=> 1 ['n:tea', 's:tea']
#=> 2 ['n:mug', 'e:mug']
#=> 3 ['n:tea', 's:pot']
#=> {'tea': {'north': {1: 120, 3: 60}, 'south': {1: 80}}, 'mug': {'north': {2: 35}, 'east': {2: 50}}, 'pot': {'south': {3: 210}}}
#=> ('tea', [120, 80, 60]) 5 False
