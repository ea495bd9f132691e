# requires: numpy>=2, pandas>=2
# Time series: date ranges, resampling, rolling windows, shifting, time zones and the dt accessor.
import pandas as pd

days = pd.date_range("2024-01-29", periods=10, freq="D")
sales = pd.Series([5, 3, 8, 0, 2, 9, 4, 7, 6, 1], index=days)

for stamp, value in sales.resample("W").sum().items():
    print(f"week ending {stamp:%Y-%m-%d}: {value}")
print({f"{stamp:%b}": int(value) for stamp, value in sales.resample("MS").sum().items()})
print(sales.resample("3D").agg(["min", "max"]).values.tolist())
print(sales["2024-02-01":"2024-02-03"].tolist(), int(sales.loc["2024-02"].sum()), f"{sales.idxmax():%a %d %b}")

print([f"{value:.2f}" for value in sales.rolling(3).mean().dropna()])
print(sales.shift(1, fill_value=0).tolist(), sales.diff().iloc[1:].astype(int).tolist(), sales.cumsum().iloc[-1].item())

events = pd.DataFrame({"at": ["2024-03-30 23:30", "2024-03-31 12:00", "2024-12-25 08:15"], "who": ["a", "b", "c"]})
events["at"] = pd.to_datetime(events["at"])
print(events["at"].dt.day_name().tolist(), events["at"].dt.quarter.tolist(), events["at"].dt.strftime("%d/%m %H:%M").tolist())
local = events["at"].dt.tz_localize("UTC").dt.tz_convert("Europe/Paris")
print([stamp.isoformat() for stamp in local])

gap = events["at"].iloc[2] - events["at"].iloc[0]
print(gap.days, gap.total_seconds(), (events["at"].iloc[0] + pd.Timedelta(hours=1)).isoformat())
print([f"{day:%Y-%m-%d}" for day in pd.bdate_range("2024-05-03", periods=3)])
print(f"{pd.Timestamp('2024-02-10') + pd.offsets.MonthEnd():%d %B}")
print(sales.groupby(sales.index.day_of_week >= 5).mean().round(3).to_dict(), pd.Period("2024-02", "M").days_in_month)
print(pd.to_datetime(["2024-01-05", "not a date"], errors="coerce").isna().tolist())

#=> week ending 2024-02-04: 31
#=> week ending 2024-02-11: 14
#=> {'Jan': 16, 'Feb': 29}
#=> [[3, 8], [0, 9], [4, 7], [1, 1]]
#=> [0, 2, 9] 29 Sat 03 Feb
#=> ['5.33', '3.67', '3.33', '3.67', '5.00', '6.67', '5.67', '4.67']
#=> [0, 5, 3, 8, 0, 2, 9, 4, 7, 6] [-2, 5, -8, 2, 7, -5, 3, -1, -5] 45
#=> ['Saturday', 'Sunday', 'Wednesday'] [1, 1, 4] ['30/03 23:30', '31/03 12:00', '25/12 08:15']
#=> ['2024-03-31T00:30:00+01:00', '2024-03-31T14:00:00+02:00', '2024-12-25T09:15:00+01:00']
#=> 269 23273100.0 2024-03-31T00:30:00
#=> ['2024-05-03', '2024-05-06', '2024-05-07']
#=> 29 February
#=> {False: 4.0, True: 6.5} 29
#=> [False, True]
