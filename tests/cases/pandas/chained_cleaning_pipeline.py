# requires: numpy>=2, pandas>=2
# A cleaning pipeline in one chain: names, types, duplicates, bad values, derived columns and a final report.
import io

import pandas as pd

RAW = """ Order ID ,Customer,AMOUNT (eur),date,Status
1001, ann smith ,"1,200.50",2024-01-15,Paid
1002,BOB JONES,85,15/02/2024,paid
1002,BOB JONES,85,15/02/2024,paid
1003,,40.00,2024-02-30,PENDING
1004,Cid  Ng,-15,2024-03-02,refunded
1005,Dot Lee,n/a,2024-03-09, Paid
1006,Eve Ray,300,2024-03-31,unknown
"""


def snake(columns):
    return columns.str.strip().str.lower().str.replace(r"[^a-z]+", "_", regex=True).str.strip("_")


def parse_dates(values):
    iso = pd.to_datetime(values, format="%Y-%m-%d", errors="coerce")
    return iso.fillna(pd.to_datetime(values, format="%d/%m/%Y", errors="coerce"))


def log(frame, step, notes):
    notes.append(f"{step}: {len(frame)} rows, {int(frame.isna().sum().sum())} missing")
    return frame


notes = []
orders = (
    pd.read_csv(io.StringIO(RAW), dtype=str, keep_default_na=False, na_values=["", "n/a"])
    .pipe(lambda frame: frame.set_axis(snake(frame.columns), axis=1))
    .pipe(log, "read", notes)
    .drop_duplicates()
    .assign(
        customer=lambda t: t["customer"].str.split().str.join(" ").str.title(),
        amount_eur=lambda t: pd.to_numeric(t["amount_eur"].str.replace(",", ""), errors="coerce"),
        date=lambda t: parse_dates(t["date"]),
        status=lambda t: t["status"].str.strip().str.lower().where(lambda s: s.isin(["paid", "pending", "refunded"])),
    )
    .pipe(log, "typed", notes)
    .dropna(subset=["customer", "amount_eur"])
    .query("amount_eur > 0 or status == 'refunded'")
    .assign(month=lambda t: t["date"].dt.to_period("M").astype(str), big=lambda t: t["amount_eur"].gt(100))
    .sort_values(["month", "amount_eur"], ascending=[True, False])
    .set_index("order_id")
    .pipe(log, "kept", notes)
)
print(*notes, sep="\n")
print(*(line.rstrip() for line in orders.drop(columns="date").to_string().splitlines()), sep="\n")
print(orders.groupby("month")["amount_eur"].sum().to_dict(), orders["status"].fillna("?").tolist(), orders["big"].sum())
print(orders.dtypes.astype(str).loc[["amount_eur", "big"]].to_dict(), orders.index.tolist(), orders.columns.tolist())
report = orders.pivot_table(index="month", columns="big", values="amount_eur", aggfunc="sum", fill_value=0, margins=True)
print(report.to_dict("index"))

#=> read: 7 rows, 2 missing
#=> typed: 6 rows, 4 missing
#=> kept: 4 rows, 1 missing
#=>            customer  amount_eur    status    month    big
#=> order_id
#=> 1001      Ann Smith      1200.5      paid  2024-01   True
#=> 1002      Bob Jones        85.0      paid  2024-02  False
#=> 1006        Eve Ray       300.0       NaN  2024-03   True
#=> 1004         Cid Ng       -15.0  refunded  2024-03  False
#=> {'2024-01': 1200.5, '2024-02': 85.0, '2024-03': 285.0} ['paid', 'paid', '?', 'refunded'] 2
#=> {'amount_eur': 'float64', 'big': 'bool'} ['1001', '1002', '1006', '1004'] ['customer', 'amount_eur', 'date', 'status', 'month', 'big']
#=> {'2024-01': {False: 0.0, True: 1200.5, 'All': 1200.5}, '2024-02': {False: 85.0, True: 0.0, 'All': 85.0}, '2024-03': {False: -15.0, True: 300.0, 'All': 285.0}, 'All': {False: 70.0, True: 1500.5, 'All': 1570.5}}
