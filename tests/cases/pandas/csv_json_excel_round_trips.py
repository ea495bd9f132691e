# requires: numpy>=2, pandas>=2
# Tables to files and back: CSV with options, JSON in several orients, pickle, fixed width, and chunks.
import io
import tempfile
from pathlib import Path

import pandas as pd

table = pd.DataFrame({"id": [3, 1, 2], "name": ["Åsa", "Bo, Jr", 'C "cat"'],
                      "when": pd.to_datetime(["2024-02-29", None, "2024-03-01"]),
                      "score": [1.5, None, -2.25]}).set_index("id")
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "table.csv")
    table.to_csv(path, sep=";", na_rep="-", date_format="%d.%m.%Y", float_format="%.2f", decimal=",")
    print(path.read_text(encoding="utf-8"), end="")
    back = pd.read_csv(path, sep=";", na_values="-", decimal=",", parse_dates=["when"], date_format="%d.%m.%Y", index_col="id")
    pd.testing.assert_frame_equal(back, table, check_dtype=False)
    print(back["when"].dt.day.tolist()[::2], back.loc[3, "name"], back["score"].sum())
    for suffix in (".csv.gz", ".csv.zip", ".csv.xz"):
        table.to_csv(Path(folder, "packed" + suffix))
        print(suffix, pd.read_csv(Path(folder, "packed" + suffix)).shape, end="; ")
    table.to_pickle(Path(folder, "table.pickle"))
    print(pd.read_pickle(Path(folder, "table.pickle")).equals(table))
    table.reset_index().to_json(Path(folder, "rows.jsonl"), orient="records", lines=True, date_format="iso")
    print(Path(folder, "rows.jsonl").read_text(encoding="utf-8").splitlines()[1])
    print(pd.read_json(Path(folder, "rows.jsonl"), lines=True)["id"].tolist())

small = pd.DataFrame({"a": [1, 2], "b": [True, None]}, index=["x", "y"])
for orient in ("records", "split", "index", "values", "table"):
    text = small.to_json(orient=orient)
    print(f"{orient:<8}", text if orient != "table" else text[:40])
print(pd.read_json(io.StringIO(small.to_json(orient="split")), orient="split").loc["y", "a"])
print(small.to_dict("list"), small.to_dict("tight")["columns"])
text = "# made by hand\nname  mass\ngull   1.2\ntern   0.1\n\nauk    0.9\n"
print(pd.read_fwf(io.StringIO(text), skiprows=1)["mass"].sum())
print(pd.read_csv(io.StringIO(text), sep=r"\s+", comment="#").shape)
numbers = io.StringIO("n,sq\n" + "\n".join(f"{n},{n * n}" for n in range(10)))
print([int(chunk["sq"].sum()) for chunk in pd.read_csv(numbers, chunksize=4)])
messy = io.StringIO('Name,Price,Date\n A ,"1,200",01/02/2024\nB,$5,31/12/2023\n,,\n')
clean = pd.read_csv(messy, skipinitialspace=True, thousands=",", dtype={"Price": "object"}).dropna(how="all")
clean["Price"] = clean["Price"].str.replace(r"[$,]", "", regex=True).astype(float)
clean["Date"] = pd.to_datetime(clean["Date"], dayfirst=True)
print(clean["Name"].str.strip().tolist(), clean["Price"].tolist(), clean["Date"].dt.strftime("%b %d").tolist())
try:
    pd.read_csv(io.StringIO("a,b\n1,2\n3,4,5\n"))
except pd.errors.ParserError as exc:
    print("ParserError:", str(exc).strip().split(". ")[-1])

#=> id;name;when;score
#=> 3;Åsa;29.02.2024;1,50
#=> 1;Bo, Jr;-;-
#=> 2;"C ""cat""";01.03.2024;-2,25
#=> [29.0, 1.0] Åsa -0.75
#=> .csv.gz (3, 4); .csv.zip (3, 4); .csv.xz (3, 4); True
#=> {"id":1,"name":"Bo, Jr","when":null,"score":null}
#=> [3, 1, 2]
#=> records  [{"a":1,"b":true},{"a":2,"b":null}]
#=> split    {"columns":["a","b"],"index":["x","y"],"data":[[1,true],[2,null]]}
#=> index    {"x":{"a":1,"b":true},"y":{"a":2,"b":null}}
#=> values   [[1,true],[2,null]]
#=> table    {"schema":{"fields":[{"name":"index","ty
#=> 2
#=> {'a': [1, 2], 'b': [True, None]} ['a', 'b']
#=> 2.2
#=> (3, 2)
#=> [14, 126, 145]
#=> ['A', 'B'] [1200.0, 5.0] ['Feb 01', 'Dec 31']
#=> ParserError: C error: Expected 2 fields in line 3, saw 3
