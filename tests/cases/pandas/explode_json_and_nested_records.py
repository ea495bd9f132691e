# requires: numpy>=2, pandas>=2
# Nested data: json_normalize, explode, splitting text into rows and columns, and putting records back together.
import pandas as pd

orders = [
    {"id": 1, "customer": {"name": "Ann", "address": {"city": "Oslo"}},
     "items": [{"sku": "tea", "n": 2}, {"sku": "mug", "n": 1}]},
    {"id": 2, "customer": {"name": "Bob"}, "items": [], "note": "call first"},
    {"id": 3, "customer": {"name": "Cid", "address": {"city": "Rome"}}, "items": [{"sku": "tea", "n": 5}]},
]
flat = pd.json_normalize(orders, sep="_")
print(sorted(flat.columns), flat["customer_address_city"].fillna("?").tolist(), flat["items"].map(len).tolist())
lines = pd.json_normalize(orders, "items", ["id", ["customer", "name"]], record_prefix="item.")
print(lines.to_dict("records"))
print(lines.groupby("item.sku")["item.n"].agg(["sum", "count"]).to_dict("index"))
print(len(pd.json_normalize(orders, max_level=0).columns))

films = pd.DataFrame({"title": ["Alien", "Brazil", "Cube"], "genres": ["horror|sf", "sf|satire|drama", None],
                      "cast": [["Weaver"], [], ["Wint", "Guy"]]})
rows = films.assign(genres=films["genres"].str.split("|")).explode("genres", ignore_index=True)
print(rows["genres"].value_counts().sort_index().to_dict(), rows["genres"].isna().sum(), len(rows))
print(films.explode("cast")[["title", "cast"]].fillna("-").values.tolist(), films.explode("cast").index.tolist())
print(films["genres"].str.get_dummies().astype(int).to_dict("list"))
parts = films["genres"].str.split("|", expand=True, n=1)
print(parts.shape, parts[0].tolist()[:2], films["cast"].str.len().tolist(), films["cast"].str[0].tolist()[0])

wide = pd.DataFrame([{"who": "Ann", "q1_score": 3, "q2_score": 5}, {"who": "Bob", "q1_score": 1, "q2_score": 4}])
long = wide.melt("who", var_name="question", value_name="score")
long[["question", "kind"]] = long["question"].str.split("_", expand=True)
print(long.pivot(index="who", columns="question", values="score").to_dict("index"), long["kind"].unique().tolist())
print(pd.wide_to_long(wide.rename(columns=lambda c: c.replace("_score", "")), "q", "who", "number").sort_index()["q"].tolist())
rebuilt = [{"who": who, "scores": dict(zip(group["question"], group["score"].tolist()))} for who, group in long.groupby("who")]
print(rebuilt)
print(pd.DataFrame.from_dict({"a": [1, 2], "b": [3, 4]}, orient="index", columns=["x", "y"]).loc["b"].to_dict(),
      pd.DataFrame.from_records([("k", 1)], columns=["key", "value"]).set_index("key")["value"].to_dict())
pairs = pd.Series({("a", "x"): 1, ("a", "y"): 2, ("b", "x"): 3})
print(pairs.unstack().fillna(0).to_dict("index"), pairs.groupby(level=0).apply(list).to_dict(), pairs["a"].to_dict())

#=> ['customer_address_city', 'customer_name', 'id', 'items', 'note'] ['Oslo', '?', 'Rome'] [2, 0, 1]
#=> [{'item.sku': 'tea', 'item.n': 2, 'id': 1, 'customer.name': 'Ann'}, {'item.sku': 'mug', 'item.n': 1, 'id': 1, 'customer.name': 'Ann'}, {'item.sku': 'tea', 'item.n': 5, 'id': 3, 'customer.name': 'Cid'}]
#=> {'mug': {'sum': 1, 'count': 1}, 'tea': {'sum': 7, 'count': 2}}
#=> 4
#=> {'drama': 1, 'horror': 1, 'satire': 1, 'sf': 2} 1 6
#=> [['Alien', 'Weaver'], ['Brazil', '-'], ['Cube', 'Wint'], ['Cube', 'Guy']] [0, 1, 2, 2]
#=> {'drama': [0, 1, 0], 'horror': [1, 0, 0], 'satire': [0, 1, 0], 'sf': [1, 1, 0]}
#=> (3, 2) ['horror', 'sf'] [1, 0, 2] Weaver
#=> {'Ann': {'q1': 3, 'q2': 5}, 'Bob': {'q1': 1, 'q2': 4}} ['score']
#=> [3, 5, 1, 4]
#=> [{'who': 'Ann', 'scores': {'q1': 3, 'q2': 5}}, {'who': 'Bob', 'scores': {'q1': 1, 'q2': 4}}]
#=> {'x': 3, 'y': 4} {'k': 1}
#=> {'a': {'x': 1.0, 'y': 2.0}, 'b': {'x': 3.0, 'y': 0.0}} {'a': [1, 2], 'b': [3]} {'x': 1, 'y': 2}
