# requires: numpy>=2, pandas>=2
# Build DataFrames from records, select and update cells, apply functions, and export dicts, JSON and tuples.
import json

import pandas as pd

records = [{"name": "pen", "price": 1.5, "stock": 10},
           {"name": "ink", "price": 6.0, "stock": 0},
           {"name": "pad", "price": 3.25, "stock": 4}]
frame = pd.DataFrame(records)
for orient in ("records", "list", "index", "split"):
    print(f"{orient:<8}", json.dumps(frame.to_dict(orient=orient)))
print(frame.set_index("name")["price"].to_dict(), json.loads(frame.to_json(orient="records")) == records)

frame.loc[frame["stock"] == 0, "stock"] = 25
frame.loc[len(frame)] = ["cap", 9.75, 1]
frame["value"] = frame["price"].mul(frame["stock"])
print(frame["value"].tolist(), frame.shape, frame.index.tolist())
print(frame.apply(lambda row: f"{row['name']}x{row['stock']}", axis=1).tolist())
print(frame[["price", "value"]].apply(["min", "max"]).to_dict(), frame.select_dtypes("number").columns.tolist())
print([tuple(row) for row in frame[["name", "stock"]].itertuples(index=False)], frame.drop(columns="value").columns.tolist())

frame["size"] = ["S", "L", "L", "M"]
print(frame.sort_values(["size", "price"], ascending=[True, False])["name"].tolist())
print(frame[frame["size"].isin(["S", "M"]) | (frame["price"] > 5)]["name"].tolist(), frame["price"].between(2, 7).tolist())
print(frame["price"].rank(ascending=False).astype(int).tolist(), frame["price"].quantile(0.5).item())
print(frame["stock"].clip(upper=5).tolist())
print(frame.duplicated("size").tolist(), frame.drop_duplicates("size", keep="last")["name"].tolist(), frame["size"].nunique())
print(f"{frame['price'].corr(frame['value']):.4f}", frame["price"].pipe(lambda s: s / s.sum()).round(3).tolist())
original, alias = frame["price"].copy(), frame
alias.loc[0, "price"] = 100.0
print(original.iloc[0].item(), frame["price"].iloc[0].item(), (frame["price"] * 2).add(1).iloc[0].item())

#=> records  [{"name": "pen", "price": 1.5, "stock": 10}, {"name": "ink", "price": 6.0, "stock": 0}, {"name": "pad", "price": 3.25, "stock": 4}]
#=> list     {"name": ["pen", "ink", "pad"], "price": [1.5, 6.0, 3.25], "stock": [10, 0, 4]}
#=> index    {"0": {"name": "pen", "price": 1.5, "stock": 10}, "1": {"name": "ink", "price": 6.0, "stock": 0}, "2": {"name": "pad", "price": 3.25, "stock": 4}}
#=> split    {"index": [0, 1, 2], "columns": ["name", "price", "stock"], "data": [["pen", 1.5, 10], ["ink", 6.0, 0], ["pad", 3.25, 4]]}
#=> {'pen': 1.5, 'ink': 6.0, 'pad': 3.25} True
#=> [15.0, 150.0, 13.0, 9.75] (4, 4) [0, 1, 2, 3]
#=> ['penx10', 'inkx25', 'padx4', 'capx1']
#=> {'price': {'min': 1.5, 'max': 9.75}, 'value': {'min': 9.75, 'max': 150.0}} ['price', 'stock', 'value']
#=> [('pen', 10), ('ink', 25), ('pad', 4), ('cap', 1)] ['name', 'price', 'stock']
#=> ['ink', 'pad', 'cap', 'pen']
#=> ['pen', 'ink', 'cap'] [False, True, True, False]
#=> [4, 2, 3, 1] 4.625
#=> [5, 5, 4, 1]
#=> [False, False, True, False] ['pen', 'pad', 'cap'] 3
#=> 0.1316 [0.073, 0.293, 0.159, 0.476]
#=> 1.5 100.0 201.0
