# requires: numpy>=2, pandas>=2
# Categories: ordered comparisons, cut and qcut, crosstab, value counts and group-by with unused categories.
import numpy as np
import pandas as pd

people = pd.DataFrame({"name": ["Ann", "Bob", "Cid", "Dot", "Eve", "Fay"], "age": [15, 22, 38, 67, 41, 29],
                       "size": ["M", "S", "L", "M", "M", "L"], "pay": [0.0, 1500, 4200, 1800, 5100, 3300]})
people["size"] = pd.Categorical(people["size"], ["S", "M", "L", "XL"], ordered=True)
print(people["size"].cat.codes.tolist(), people["size"].max())
print((people["size"] > "S").tolist(), people["size"].cat.ordered)
print(people.sort_values("size")["name"].tolist(), people["size"].value_counts().to_dict())
print(people.groupby("size", observed=False)["pay"].sum().to_dict())
print(people.groupby("size", observed=True).size().to_dict())

people["stage"] = pd.cut(people["age"], [0, 18, 40, 65, 120], labels=["child", "young", "middle", "old"])
people["third"] = pd.qcut(people["pay"], 3, labels=False)
print(people[["name", "stage", "third"]].to_string(index=False))
print(pd.cut([1, 7, 5], 3).categories.astype(str).tolist())
print(pd.cut(pd.Series([5, 10]), [0, 5, 10], right=False).isna().tolist())
counts = pd.crosstab(people["stage"], people["size"], margins=True)
print(counts.to_dict("index"), counts.index.name)
share = pd.crosstab(people["size"], people["age"] > 30, normalize="index").round(2)
print(share.to_dict())

renamed = people["size"].cat.rename_categories({"S": "small", "M": "medium"}).cat.remove_unused_categories()
print(renamed.cat.categories.tolist(), renamed.iloc[0])
print(people["size"].cat.add_categories("XXL").cat.categories.tolist()[-1])
codes, uniques = pd.factorize(people["stage"].astype(str))
print(codes.tolist(), uniques.tolist(), pd.get_dummies(people["size"], dtype=int).iloc[0].to_dict())
merged = pd.api.types.union_categoricals([pd.Categorical(["a", "b"]), pd.Categorical(["b", "c"])])
print(list(merged), merged.categories.tolist(), np.asarray(pd.Categorical(["x", None, "x"])).tolist())
try:
    people.loc[0, "size"] = "huge"
except (TypeError, ValueError) as exc:
    print(type(exc).__name__, "category" in str(exc))

#=> [1, 0, 2, 1, 1, 2] L
#=> [True, False, True, True, True, True] True
#=> ['Bob', 'Ann', 'Dot', 'Eve', 'Cid', 'Fay'] {'M': 3, 'L': 2, 'S': 1, 'XL': 0}
#=> {'S': 1500.0, 'M': 6900.0, 'L': 7500.0, 'XL': 0.0}
#=> {'S': 1, 'M': 3, 'L': 2}
#=> name  stage  third
#=>  Ann  child      0
#=>  Bob  young      0
#=>  Cid  young      2
#=>  Dot    old      1
#=>  Eve middle      2
#=>  Fay  young      1
#=> ['(0.994, 3.0]', '(3.0, 5.0]', '(5.0, 7.0]']
#=> [False, True]
#=> {'child': {'S': 0, 'M': 1, 'L': 0, 'All': 1}, 'young': {'S': 1, 'M': 0, 'L': 2, 'All': 3}, 'middle': {'S': 0, 'M': 1, 'L': 0, 'All': 1}, 'old': {'S': 0, 'M': 1, 'L': 0, 'All': 1}, 'All': {'S': 1, 'M': 3, 'L': 2, 'All': 6}} stage
#=> {False: {'S': 1.0, 'M': 0.33, 'L': 0.5}, True: {'S': 0.0, 'M': 0.67, 'L': 0.5}}
#=> ['small', 'medium', 'L'] medium
#=> XXL
#=> [0, 1, 1, 2, 3, 1] ['child', 'young', 'old', 'middle'] {'S': 0, 'M': 1, 'L': 0, 'XL': 0}
#=> ['a', 'b', 'b', 'c'] ['a', 'b', 'c'] ['x', nan, 'x']
#=> TypeError True
