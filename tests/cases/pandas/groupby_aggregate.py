# requires: numpy>=2, pandas>=2
# Group rows and aggregate them several ways: sums, named aggregations, transforms, filters and sizes.
import pandas as pd

sales = pd.DataFrame({
    "city": ["Oslo", "Rome", "Oslo", "Rome", "Bern", "Oslo"],
    "product": ["tea", "tea", "mug", "pot", "tea", "tea"],
    "units": [10, 4, 2, 1, 7, 5],
    "price": [2.5, 3.0, 8.0, 40.0, 2.0, 2.5],
})
sales["revenue"] = sales["units"] * sales["price"]

for city, total in sales.groupby("city")["revenue"].sum().items():
    print(f"{city:<6}{total:8.2f}")

summary = sales.groupby("city").agg(orders=("units", "size"), units=("units", "sum"), dearest=("price", "max"))
print(summary.to_dict(orient="index"))

share = sales["revenue"] / sales.groupby("city")["revenue"].transform("sum")
print([f"{value:.3f}" for value in share])

by_both = sales.groupby(["city", "product"])["units"].sum()
print({key: int(value) for key, value in by_both.items()})
print(by_both.unstack(fill_value=0).loc["Oslo"].to_dict())

busy = sales.groupby("city").filter(lambda group: group["units"].sum() > 6)
print(sorted(busy["city"].unique()), len(busy))
print(sales.groupby("product", sort=False)["revenue"].mean().round(1).to_dict())
print(sales.sort_values("revenue", ascending=False).groupby("city").head(1)[["city", "product"]].values.tolist())
print(sales["product"].value_counts().to_dict(), sales.groupby("city").cumcount().tolist(), sales.groupby("city").ngroups)

#=> Bern     14.00
#=> Oslo     53.50
#=> Rome     52.00
#=> {'Bern': {'orders': 1, 'units': 7, 'dearest': 2.0}, 'Oslo': {'orders': 3, 'units': 17, 'dearest': 8.0}, 'Rome': {'orders': 2, 'units': 5, 'dearest': 40.0}}
#=> ['0.467', '0.231', '0.299', '0.769', '1.000', '0.234']
#=> {('Bern', 'tea'): 7, ('Oslo', 'mug'): 2, ('Oslo', 'tea'): 15, ('Rome', 'pot'): 1, ('Rome', 'tea'): 4}
#=> {'mug': 2, 'pot': 0, 'tea': 15}
#=> ['Bern', 'Oslo'] 4
#=> {'tea': 15.9, 'mug': 16.0, 'pot': 40.0}
#=> [['Rome', 'pot'], ['Oslo', 'tea'], ['Bern', 'tea']]
#=> {'tea': 4, 'mug': 1, 'pot': 1} [0, 0, 1, 1, 0, 2] 3
