# requires: numpy>=2, pandas>=2
# Joining tables: inner, left, outer with an indicator, index join, concat, and duplicated keys.
import pandas as pd

customers = pd.DataFrame({"id": [1, 2, 3], "name": ["Ana", "Bo", "Cy"]})
orders = pd.DataFrame({"order": [100, 101, 102, 103], "customer_id": [1, 1, 3, 9], "total": [25.0, 10.0, 99.5, 5.0]})

inner = customers.merge(orders, left_on="id", right_on="customer_id")
print(inner[["name", "order", "total"]].values.tolist())

left = customers.merge(orders, left_on="id", right_on="customer_id", how="left")
print(left["name"].tolist(), left["total"].fillna(0).tolist(), int(left["order"].isna().sum()))

outer = customers.merge(orders, left_on="id", right_on="customer_id", how="outer", indicator=True)
print({str(key): int(value) for key, value in sorted(outer["_merge"].value_counts().items())})

spent = orders.groupby("customer_id")["total"].sum().rename("spent")
joined = customers.set_index("id").join(spent).fillna({"spent": 0})
for row in joined.itertuples():
    print(f"{row.Index} {row.name:<4}{row.spent:>7.2f}")

more = pd.DataFrame({"id": [4, 5], "name": ["Dee", "Eve"]})
everyone = pd.concat([customers, more], ignore_index=True)
print(everyone.index.tolist(), everyone["name"].str.cat(sep=","), everyone.shape)

clash = customers.merge(pd.DataFrame({"id": [1, 1, 2], "name": ["x", "y", "z"]}), on="id", suffixes=("", "_nick"))
print(clash.columns.tolist(), clash.values.tolist())
try:
    customers.merge(clash, on="id", validate="one_to_one")
except pd.errors.MergeError as exc:
    print("MergeError:", str(exc).split(";")[0])

#=> [['Ana', 100, 25.0], ['Ana', 101, 10.0], ['Cy', 102, 99.5]]
#=> ['Ana', 'Ana', 'Bo', 'Cy'] [25.0, 10.0, 0.0, 99.5] 1
#=> {'both': 3, 'left_only': 1, 'right_only': 1}
#=> 1 Ana   35.00
#=> 2 Bo     0.00
#=> 3 Cy    99.50
#=> [0, 1, 2, 3, 4] Ana,Bo,Cy,Dee,Eve (5, 2)
#=> ['id', 'name', 'name_nick'] [[1, 'Ana', 'x'], [1, 'Ana', 'y'], [2, 'Bo', 'z']]
#=> MergeError: Merge keys are not unique in right dataset
