# Dates and times: arithmetic, parsing, formatting, time zones and a daylight-saving change.
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

start = datetime(2024, 2, 28, 22, 30, tzinfo=timezone.utc)
print(start.isoformat(), (start + timedelta(days=1, hours=2)).isoformat(), start.timestamp())
for zone in ("Europe/Paris", "America/New_York", "Asia/Tokyo", "Asia/Kolkata"):
    local = start.astimezone(ZoneInfo(zone))
    print(f"{zone:<17}{local:%a %Y-%m-%d %H:%M} {local.tzname():<5}{local:%z}")

paris = ZoneInfo("Europe/Paris")
before = datetime(2024, 3, 31, 1, 59, tzinfo=paris)
after = datetime(2024, 3, 31, 3, 1, tzinfo=paris)
print("wall clock:", after - before, "| real:", after.astimezone(timezone.utc) - before.astimezone(timezone.utc))
print([datetime(2024, 10, 27, 2, 30, tzinfo=paris, fold=fold).utcoffset().total_seconds() for fold in (0, 1)])

parsed = datetime.strptime("07/Mar/2023:14:05:09 +0530", "%d/%b/%Y:%H:%M:%S %z")
print(parsed, "|", parsed.strftime("%A %d %B %Y, %I:%M %p, week %V, day %j"))
print(datetime.fromisoformat("2024-01-15T08:00:00Z") == datetime(2024, 1, 15, 8, tzinfo=timezone.utc))

gap = date(2024, 12, 25) - date(2024, 2, 29)
print(gap.days, gap, divmod(timedelta(hours=50), timedelta(days=1)), timedelta(seconds=-1), timedelta(minutes=90) / 2)
print(date(2024, 12, 30).isocalendar()[:], date.fromordinal(738000), date(2023, 1, 31).replace(month=3).weekday())
fridays = [d for n in range(31) if (d := date(2024, 5, 1) + timedelta(n)).weekday() == 4]
print(", ".join(d.strftime("%d %b") for d in fridays), max(fridays).isoformat())
try:
    date(2023, 2, 29)
except ValueError as exc:
    print("no such day:", type(exc).__name__)

#=> 2024-02-28T22:30:00+00:00 2024-03-01T00:30:00+00:00 1709159400.0
#=> Europe/Paris     Wed 2024-02-28 23:30 CET  +0100
#=> America/New_York Wed 2024-02-28 17:30 EST  -0500
#=> Asia/Tokyo       Thu 2024-02-29 07:30 JST  +0900
#=> Asia/Kolkata     Thu 2024-02-29 04:00 IST  +0530
#=> wall clock: 1:02:00 | real: 0:02:00
#=> [7200.0, 3600.0]
#=> 2023-03-07 14:05:09+05:30 | Tuesday 07 March 2023, 02:05 PM, week 10, day 066
#=> True
#=> 300 300 days, 0:00:00 (2, datetime.timedelta(seconds=7200)) -1 day, 23:59:59 0:45:00
#=> (2025, 1, 1) 2021-07-29 4
#=> 03 May, 10 May, 17 May, 24 May, 31 May 2024-05-31
#=> no such day: ValueError
