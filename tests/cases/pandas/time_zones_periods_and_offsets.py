# requires: numpy>=2, pandas>=2
# Dates in pandas: parsing, time zones, periods, business days, offsets, time deltas and missing moments.
import pandas as pd

stamp = pd.Timestamp("2024-02-29 23:30", tz="Europe/Oslo")
print(stamp.tz_convert("UTC"), stamp.day_name(), stamp.quarter)
print(stamp.is_month_end, stamp.normalize(), stamp.isocalendar().week)
print(stamp + pd.DateOffset(years=1), stamp + pd.offsets.MonthEnd(2))
print(pd.Timestamp("2024-03-01") + pd.offsets.BDay(-1), stamp.floor("h").hour)
spring = pd.date_range("2024-03-31 00:00", periods=4, freq="h", tz="Europe/Oslo")
print([moment.strftime("%H:%M%z") for moment in spring], (spring[-1] - spring[0]).total_seconds())
naive = pd.Series(pd.to_datetime(["2024-10-27 02:30", "2024-03-31 02:30"]))
for text, options in (("2024-10-27 02:30", {"ambiguous": True}), ("2024-03-31 02:30", {"nonexistent": "shift_forward"})):
    print(pd.Timestamp(text).tz_localize("Europe/Oslo", **options), end=" ")
print(naive.dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo").dt.hour.tolist())

mixed = pd.to_datetime(pd.Series(["2024-01-05", "not a date", None, "2024-12-31"]), errors="coerce")
print(mixed.isna().tolist(), mixed.dt.day_of_year.dropna().astype(int).tolist(), mixed.dt.month_name().fillna("-").tolist())
print(pd.to_datetime(["01/02/2024", "03/04/2024"], dayfirst=True).month.tolist())
print(pd.to_datetime([0, 86400], unit="s").strftime("%F").tolist())
print(pd.to_datetime({"year": [2024], "month": [2], "day": [29]})[0].date())
print(pd.to_datetime("20240229T1011", format="%Y%m%dT%H%M").time())

month = pd.Period("2024-02", freq="M")
print(month + 1, month.start_time.date(), month.days_in_month)
print(month.asfreq("D", how="end"), (pd.Period("2024-12", "M") - month).n)
quarters = pd.period_range("2023Q4", "2024Q2", freq="Q")
print(quarters.astype(str).tolist(), pd.Series([1, 2, 3], quarters).to_timestamp().index.strftime("%F").tolist())
print([day.strftime("%d") for day in pd.bdate_range("2024-05-01", "2024-05-10", freq="C", holidays=["2024-05-01", "2024-05-09"])])
print(pd.date_range("2024-01-31", periods=4, freq="ME").strftime("%d.%m").tolist())
print(pd.date_range("2024-01-01", "2024-03-01", freq="2W-FRI").day.tolist())

gap = pd.Timedelta("1 days 02:30:00")
print(gap, gap.total_seconds(), gap / pd.Timedelta("1h"), gap.components.hours)
print(-gap, pd.Timedelta(90, "min") * 2, gap.round("D"), gap.isoformat())
deltas = pd.Series(pd.to_timedelta(["1h", "30min", None]))
print(deltas.sum(), deltas.dt.total_seconds().fillna(0).tolist())
print((pd.Timestamp("2024-03-01") - pd.Timestamp("2024-02-01")).days, pd.NaT == pd.NaT)
print((pd.Timestamp("2024-05-17") - pd.offsets.Week(weekday=0)).date())
print(pd.Timestamp.max.year, pd.Timestamp("2024-01-01").to_pydatetime().year)
for wrong in ("2024-02-30", "2024-02-29 25:00"):
    try:
        pd.Timestamp(wrong).tz_localize("Europe/Oslo")
    except ValueError as exc:
        print("refused:", wrong)

#=> 2024-02-29 22:30:00+00:00 Thursday 1
#=> True 2024-02-29 00:00:00+01:00 9
#=> 2025-02-28 23:30:00+01:00 2024-04-30 23:30:00+02:00
#=> 2024-02-29 00:00:00 23
#=> ['00:00+0100', '01:00+0100', '03:00+0200', '04:00+0200'] 10800.0
#=> 2024-10-27 02:30:00+02:00 2024-03-31 03:00:00+02:00 [11, 11]
#=> [False, True, True, False] [5, 366] ['January', '-', '-', 'December']
#=> [2, 4]
#=> ['1970-01-01', '1970-01-02']
#=> 2024-02-29
#=> 10:11:00
#=> 2024-03 2024-02-01 29
#=> 2024-02-29 10
#=> ['2023Q4', '2024Q1', '2024Q2'] ['2023-10-01', '2024-01-01', '2024-04-01']
#=> ['02', '03', '06', '07', '08', '10']
#=> ['31.01', '29.02', '31.03', '30.04']
#=> [5, 19, 2, 16, 1]
#=> 1 days 02:30:00 95400.0 26.5 2
#=> -2 days +21:30:00 0 days 03:00:00 1 days 00:00:00 P1DT2H30M0S
#=> 0 days 01:30:00 [3600.0, 1800.0, 0.0]
#=> 29 False
#=> 2024-05-13
#=> 2262 2024
#=> refused: 2024-02-30
#=> refused: 2024-02-29 25:00
