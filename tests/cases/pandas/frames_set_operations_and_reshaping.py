# requires: numpy>=2, pandas>=2
# Building and reshaping frames: constructors, concat, pivot, stack, transpose, map, where, iteration and comparison.
import pandas as pd

a = pd.DataFrame({"x": [1, 2], "y": [3.5, None]}, index=["r1", "r2"])
b = pd.DataFrame([[9, "z"]], columns=["x", "w"], index=["r3"])
both = pd.concat([a, b])
print(both.shape, both.columns.tolist(), both["w"].isna().tolist(), pd.concat([a, b], join="inner")["x"].tolist())
print(pd.concat([a, a], keys=["one", "two"]).loc[("two", "r1"), "x"])
print(pd.concat([a["x"], a["y"].rename("why")], axis=1).columns.tolist())
print(a.T.to_dict(), a.add(a, fill_value=0).to_dict("list"))
print((a + b[["x"]]).isna().sum().to_dict(), a.mul([10, 100], axis=0)["x"].tolist())

sales = pd.DataFrame({"day": ["mon", "mon", "tue", "tue"], "item": ["tea", "mug"] * 2, "n": [3, 1, 4, 1]})
wide = sales.pivot(index="day", columns="item", values="n")
print(wide.to_dict("index"), wide.stack().to_dict(), wide.columns.name)
print(wide.reset_index().rename_axis(columns=None).columns.tolist())
try:
    pd.concat([sales, sales]).pivot(index="day", columns="item", values="n")
except ValueError as exc:
    print("ValueError:", exc)
print(sales.pivot_table(index="item", values="n", aggfunc=["sum", "mean"]).to_dict("index"))
print(sales.where(sales["n"] > 2)["n"].tolist(), sales["n"].mask(sales["n"] > 2, -1).tolist())
print(sales["item"].map({"tea": "T"}).fillna("?").tolist())
print(sales.map(lambda cell: f"<{cell}>").iloc[0].tolist())
print(sales["n"].replace({1: 10, 3: 30}).tolist(), sales["day"].eq("mon").sum())

for row in sales.head(2).itertuples(index=False):
    print(f"{row.day}-{row.item}-{row.n}", end=" ")
print([(index, row["n"]) for index, row in sales[sales["item"] == "mug"].iterrows()], [name for name, _ in sales.items()])
sales.insert(1, "week", 9)
sales.loc[len(sales)] = ["wed", 10, "pot", 7]
sales.at[0, "n"] += 100
sales = sales.drop(index=1).reset_index(drop=True)
print(sales.to_dict("split")["data"], sales.iloc[-1, 0])
print(sales.loc[1:2, ["item", "n"]].values.tolist(), sales.pop("week").sum())
other = sales.copy()
other.loc[1, "n"] = 5
print(sales.compare(other).to_dict(), sales.equals(other), (sales == other).all(axis=1).tolist())
print(a.reindex(["r2", "r9"], fill_value=0)["x"].tolist(), a.rename(str.upper, axis=1).columns.tolist())
print(a.filter(like="y").shape, a.squeeze("columns").shape)
print(a.isin([1, 3.5]).values.tolist(), a["x"].is_unique, a.empty)
print(pd.DataFrame().empty, a.size, a.ndim, a.eval("x * 2 + 1").tolist())
print(pd.Series({"b": 1, "a": 2}).sort_index().index.tolist())
print(pd.Series([3, 1]).sort_values().index.tolist(), pd.Series(5, index=list("ab")).to_dict())
print(a.agg({"x": "sum", "y": "mean"}).to_dict(), a.transform("cumsum")["x"].tolist())
print(a.iloc[::-1].index.tolist(), a.melt(ignore_index=False).shape)
for attempt in (lambda: a["nope"], lambda: a.loc["r9"], lambda: a.iloc[5],
                lambda: pd.DataFrame({"a": [1], "b": [1, 2]}), lambda: bool(a)):
    try:
        attempt()
    except (KeyError, IndexError, ValueError) as exc:
        print(type(exc).__name__, end=" ")
print(list(a))

#=> (3, 3) ['x', 'y', 'w'] [True, True, False] [1, 2, 9]
#=> 1
#=> ['x', 'why']
#=> {'r1': {'x': 1.0, 'y': 3.5}, 'r2': {'x': 2.0, 'y': nan}} {'x': [2, 4], 'y': [7.0, nan]}
#=> {'x': 3, 'y': 3} [10, 200]
#=> {'mon': {'mug': 1, 'tea': 3}, 'tue': {'mug': 1, 'tea': 4}} {('mon', 'mug'): 1, ('mon', 'tea'): 3, ('tue', 'mug'): 1, ('tue', 'tea'): 4} item
#=> ['day', 'mug', 'tea']
#=> ValueError: Index contains duplicate entries, cannot reshape
#=> {'mug': {('sum', 'n'): 2, ('mean', 'n'): 1.0}, 'tea': {('sum', 'n'): 7, ('mean', 'n'): 3.5}}
#=> [3.0, nan, 4.0, nan] [-1, 1, -1, 1]
#=> ['T', '?', 'T', '?']
#=> ['<mon>', '<tea>', '<3>']
#=> [30, 10, 4, 10] 2
#=> mon-tea-3 mon-mug-1 [(1, 1), (3, 1)] ['day', 'item', 'n']
#=> [['mon', 9, 'tea', 103], ['tue', 9, 'tea', 4], ['tue', 9, 'mug', 1], ['wed', 10, 'pot', 7]] wed
#=> [['tea', 4], ['mug', 1]] 37
#=> {('n', 'self'): {1: 4.0}, ('n', 'other'): {1: 5.0}} False [True, False, True, True]
#=> [2, 0] ['X', 'Y']
#=> (2, 1) (2, 2)
#=> [[True, True], [False, False]] True False
#=> True 4 2 [3, 5]
#=> ['a', 'b']
#=> [1, 0] {'a': 5, 'b': 5}
#=> {'x': 3.0, 'y': 3.5} [1, 3]
#=> ['r2', 'r1'] (4, 2)
#=> KeyError KeyError IndexError ValueError ValueError ['x', 'y']
