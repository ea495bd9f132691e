# requires: numpy>=2, pandas>=2
# Read CSV text into a DataFrame: dtypes, dates, missing markers, chunks, selection, derived columns and writing back.
from io import StringIO

import pandas as pd

SOURCE = """id;name;joined;salary;remote
1;Ana;2021-03-15;52,500.50;yes
2;Bo;2019-11-01;n/a;no
3;"Cy; jr";2023-01-20;61,000;yes
4;Dee;2020-06-30;48,250.25;no
"""

staff = pd.read_csv(StringIO(SOURCE), sep=";", thousands=",", na_values=["n/a"], parse_dates=["joined"], index_col="id",
                    true_values=["yes"], false_values=["no"])
print(staff.shape, staff.columns.tolist(), staff.index.tolist())
print(staff["salary"].fillna(0).tolist(), staff["remote"].tolist(), staff["joined"].dt.year.tolist())
print(staff.loc[3, "name"], staff.iloc[0, 2].item(), staff.at[2, "name"], staff.loc[staff["remote"], "name"].tolist())

print(staff.query("salary > 50000 and remote")["name"].tolist(), staff[~staff["remote"] & (staff.index > 2)].index.tolist())
staff["band"] = staff["salary"].map(lambda value: "unknown" if pd.isna(value) else f"{value // 10_000:.0f}0k")
staff = staff.assign(bonus=lambda frame: (frame["salary"] * 0.2).round(2)).rename(columns={"remote": "home"})
print(staff[["band", "bonus"]].fillna(0).values.tolist())
print(staff.nlargest(2, "salary")["name"].tolist(), staff.sort_values("joined").index.tolist())
stats = staff["salary"].describe()
print(f"count {stats['count']:.0f} mean {stats['mean']:.2f} min {stats['min']:.2f} median {stats['50%']:.2f}")

out = StringIO()
staff[["name", "salary", "joined"]].to_csv(out, date_format="%d.%m.%Y", float_format="%.1f", lineterminator="\n")
print(out.getvalue(), end="")
for chunk in pd.read_csv(StringIO(out.getvalue()), chunksize=3, usecols=["id", "salary"], dtype={"id": str}):
    print(chunk["id"].tolist(), f"{chunk['salary'].sum():.1f}")
print(staff["wage"])

#=> (4, 4) ['name', 'joined', 'salary', 'remote'] [1, 2, 3, 4]
#=> [52500.5, 0.0, 61000.0, 48250.25] [True, False, True, False] [2021, 2019, 2023, 2020]
#=> Cy; jr 52500.5 Bo ['Ana', 'Cy; jr']
#=> ['Ana', 'Cy; jr'] [4]
#=> [['50k', 10500.1], ['unknown', 0.0], ['60k', 12200.0], ['40k', 9650.05]]
#=> ['Cy; jr', 'Ana'] [2, 4, 1, 3]
#=> count 3 mean 53916.92 min 48250.25 median 52500.50
#=> id,name,salary,joined
#=> 1,Ana,52500.5,15.03.2021
#=> 2,Bo,,01.11.2019
#=> 3,Cy; jr,61000.0,20.01.2023
#=> 4,Dee,48250.2,30.06.2020
#=> ['1', '2', '3'] 113500.5
#=> ['4'] 48250.2
#! KeyError: 'wage'
