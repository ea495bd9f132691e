# requires: numpy>=2, pandas>=2
# MultiIndex: building, slicing levels, stacking, swapping, aggregating by level and flat column names.
import pandas as pd

index = pd.MultiIndex.from_product([["north", "south"], [2023, 2024], ["gull", "tern"]], names=["island", "year", "bird"])
counts = pd.DataFrame({"seen": range(1, 9), "ringed": [0, 1, 0, 2, 1, 0, 3, 4]}, index=index)
print(counts.loc[("north", 2024)].to_dict("index"), counts.loc[("south", 2023, "tern"), "seen"], len(counts.loc["north"]))
print(counts.xs("gull", level="bird")["seen"].to_dict())
print(counts.xs((2024, "tern"), level=["year", "bird"])["ringed"].tolist())
ix = pd.IndexSlice
print(counts.loc[ix[:, 2024, ["tern"]], "seen"].tolist(), counts.loc[ix["north", :, "gull"], :].sum().to_dict())
print(counts.query("year == 2023 and ringed > 0").index.tolist())

print(counts.groupby(level="island")["seen"].sum().to_dict(), counts.groupby(["year", "bird"])["ringed"].max().to_dict())
table = counts["seen"].unstack("year")
print(table.columns.tolist(), table.index.names, table.loc[("south", "tern")].tolist(), table.sum(axis=1).tolist())
wide = counts.unstack(["year", "bird"])
print(wide.shape, wide.columns.nlevels, wide[("seen", 2024, "gull")].to_dict(), wide.xs(2023, axis=1, level="year").shape)
wide.columns = ["_".join(map(str, parts)) for parts in wide.columns]
print(wide.columns[:2].tolist(), wide.stack().head(2).to_dict())
print(counts.swaplevel("island", "bird").sort_index().index[0])
print(counts.reorder_levels([2, 0, 1]).index.names, counts.droplevel("year").index.is_unique)
print(counts.index.get_level_values("bird").unique().tolist())
print(counts.index.levels[1].tolist(), counts.index.is_monotonic_increasing)

summary = counts.reset_index().groupby("island").agg({"seen": ["min", "max"], "ringed": "sum"})
print(summary.columns.tolist(), summary.loc["north", ("seen", "max")], summary["seen"].to_dict("index"))
arrays = pd.MultiIndex.from_tuples([("b", 1), ("a", 2)])
frame = pd.DataFrame([[1, 2], [3, 4]], index=arrays, columns=pd.MultiIndex.from_arrays([["x", "x"], ["p", "q"]]))
print(frame.sort_index().index.tolist(), frame[("x", "q")].tolist())
print(frame.stack(future_stack=True).shape, frame.loc[("a", 2), ("x", "p")])
print(counts.set_index("ringed", append=True).index.nlevels)
print(counts.rename(index={"north": "N"}, level="island").index[0][0])
print(*(line.rstrip() for line in counts.to_string(max_rows=4).splitlines()), sep="\n")
for key in (("east",), ("north", 1999)):
    try:
        counts.loc[key]
    except KeyError as exc:
        print("KeyError:", exc)

#=> {'gull': {'seen': 3, 'ringed': 0}, 'tern': {'seen': 4, 'ringed': 2}} 6 4
#=> {('north', 2023): 1, ('north', 2024): 3, ('south', 2023): 5, ('south', 2024): 7}
#=> [2, 4]
#=> [4, 8] {'seen': 4, 'ringed': 0}
#=> [('north', 2023, 'tern'), ('south', 2023, 'gull')]
#=> {'north': 10, 'south': 26} {(2023, 'gull'): 1, (2023, 'tern'): 1, (2024, 'gull'): 3, (2024, 'tern'): 4}
#=> [2023, 2024] ['island', 'bird'] [6, 8] [4, 6, 12, 14]
#=> (2, 8) 3 {'north': 3, 'south': 7} (2, 4)
#=> ['seen_2023_gull', 'seen_2023_tern'] {('north', 'seen_2023_gull'): 1, ('north', 'seen_2023_tern'): 2}
#=> ('gull', np.int64(2023), 'north')
#=> ['bird', 'island', 'year'] False
#=> ['gull', 'tern']
#=> [2023, 2024] True
#=> [('seen', 'min'), ('seen', 'max'), ('ringed', 'sum')] 4 {'north': {'min': 1, 'max': 4}, 'south': {'min': 5, 'max': 8}}
#=> [('a', 2), ('b', 1)] [2, 4]
#=> (4, 1) 3
#=> 4
#=> N
#=>                   seen  ringed
#=> island year bird
#=> north  2023 gull     1       0
#=>             tern     2       1
#=> ...                ...     ...
#=> south  2024 gull     7       3
#=>             tern     8       4
#=> KeyError: 'east'
#=> KeyError: 1999
