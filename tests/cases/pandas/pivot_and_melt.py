# requires: numpy>=2, pandas>=2
# Reshape between long and wide: pivot_table with margins, melt, stack, crosstab and binning with cut.
import pandas as pd

long = pd.DataFrame({
    "student": ["ana", "ana", "bo", "bo", "cy", "cy", "cy"],
    "subject": ["art", "math", "art", "math", "art", "math", "math"],
    "score": [70, 90, 85, 60, 95, 80, 100],
})


def show(frame):
    print(" " * 8 + "".join(f"{str(name):>8}" for name in frame.columns))
    for label, row in frame.iterrows():
        print(f"{label!s:<8}" + "".join(f"{value:8.1f}" for value in row))


show(long.pivot_table(index="student", columns="subject", values="score", aggfunc="mean", margins=True))

wide = long.drop_duplicates(["student", "subject"]).pivot(index="student", columns="subject", values="score")
print(wide.to_dict(), wide.T.shape)
melted = wide.reset_index().melt(id_vars="student", var_name="subject", value_name="score")
print(melted.sort_values(["student", "subject"]).values.tolist())
print(wide.stack().loc[("bo", "art")].item(), wide.stack().unstack(0).loc["math"].to_dict())

long["grade"] = pd.cut(long["score"], bins=[0, 69, 89, 100], labels=["C", "B", "A"])
print(long["grade"].astype(str).tolist())
show(pd.crosstab(long["student"], long["grade"].astype(str)))
wide["best"] = wide.idxmax(axis=1)
print(wide["best"].to_dict(), wide[["art", "math"]].apply(lambda row: row["math"] - row["art"], axis=1).to_dict())
exploded = pd.DataFrame({"id": [1, 2], "tags": [["x", "y"], ["z"]]}).explode("tags", ignore_index=True)
print(exploded.to_dict("records"))

#=>              art    math     All
#=> ana         70.0    90.0    80.0
#=> bo          85.0    60.0    72.5
#=> cy          95.0    90.0    91.7
#=> All         83.3    82.5    82.9
#=> {'art': {'ana': 70, 'bo': 85, 'cy': 95}, 'math': {'ana': 90, 'bo': 60, 'cy': 80}} (2, 3)
#=> [['ana', 'art', 70], ['ana', 'math', 90], ['bo', 'art', 85], ['bo', 'math', 60], ['cy', 'art', 95], ['cy', 'math', 80]]
#=> 85 {'ana': 90, 'bo': 60, 'cy': 80}
#=> ['B', 'A', 'B', 'C', 'A', 'B', 'A']
#=>                A       B       C
#=> ana          1.0     1.0     0.0
#=> bo           0.0     1.0     1.0
#=> cy           2.0     1.0     0.0
#=> {'ana': 'math', 'bo': 'art', 'cy': 'art'} {'ana': 20, 'bo': -25, 'cy': -15}
#=> [{'id': 1, 'tags': 'x'}, {'id': 1, 'tags': 'y'}, {'id': 2, 'tags': 'z'}]
