# datetime: arithmetic, rounding, ISO formats, recurring dates, ages, time zones of fixed offset and awkward inputs.
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta, timezone

moment = datetime(2024, 2, 29, 23, 59, 58, 999_999)
print(moment + timedelta(microseconds=1))
print(moment.replace(microsecond=0) - timedelta(weeks=1, hours=-3), moment.timetuple().tm_yday)
print(moment.isoformat(" ", "minutes"), moment.isoformat(timespec="milliseconds"))
print(f"{moment:%y%m%d-%H%M%S.%f|%a %b|%p %I|%U %W}")
iso = ("2024-02-29", "2024-W09-4T10", "20240229T101112.5", "2024-02-29T10:11+05:30")
print([datetime.fromisoformat(text).isoformat() for text in iso])
delta = timedelta(days=-1, hours=5, milliseconds=1500)
print(delta, repr(delta), delta.total_seconds(), abs(delta))
print(-delta // timedelta(hours=1), delta % timedelta(hours=1), delta * 1.5)
print(timedelta(hours=1) / timedelta(minutes=8), sum([timedelta(minutes=50)] * 3, timedelta()))
print(timedelta.max.days, timedelta(0) == timedelta())

east = timezone(timedelta(hours=5, minutes=30), "IST")
flight = datetime(2024, 3, 1, 1, 15, tzinfo=east)
print(flight.astimezone(UTC), flight.tzname(), flight == datetime(2024, 2, 29, 19, 45, tzinfo=UTC))
print(flight.utctimetuple()[:5], timezone(-timedelta(hours=3)))
print(datetime.fromtimestamp(0, UTC), datetime.fromtimestamp(1e9 + 0.25, east))
print(datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC).timestamp())


def floor(when, step):
    return when - (when - datetime.min) % step


def age(born, today):
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def monthly(day, count):
    for number in range(count):
        year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
        last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
        yield date(year, month + 1, min(day.day, last))


print(floor(moment, timedelta(minutes=15)), floor(moment, timedelta(hours=6)), age(date(2000, 2, 29), date(2024, 2, 28)))
print([day.isoformat() for day in monthly(date(2023, 10, 31), 5)])
print(time(9, 30) < time(9, 30, 1), time.fromisoformat("04:23:01.000384"))
print(datetime.combine(date(2024, 1, 1), time(7, tzinfo=UTC)), bool(time()))
print(date(2024, 1, 1).isocalendar()[:], date.fromisocalendar(2025, 1, 1))
print(date(1, 1, 1).toordinal(), date.max.year == MAXYEAR, date(2024, 5, 6).ctime())
print(sorted([datetime(2024, 1, 2), datetime(2023, 12, 31)])[0].date())
print(date(2024, 3, 1) - date(2023, 3, 1), datetime.strptime("1 Jan 99 3PM", "%d %b %y %I%p"))
for attempt in (lambda: datetime(2023, 2, 29), lambda: flight < moment, lambda: date.max + timedelta(1),
                lambda: datetime.fromisoformat("yesterday"), lambda: datetime.strptime("2024", "%Y-%m"),
                lambda: date(2024, 1, 1) + 1, lambda: timedelta(days=10**10)):
    try:
        attempt()
    except (ValueError, TypeError, OverflowError) as exc:
        print(type(exc).__name__, end=" ")
print(max(date(2024, 1, 1), date(2023, 1, 1)))

#=> 2024-02-29 23:59:59
#=> 2024-02-23 02:59:58 60
#=> 2024-02-29 23:59 2024-02-29T23:59:58.999
#=> 240229-235958.999999|Thu Feb|PM 11|08 09
#=> ['2024-02-29T00:00:00', '2024-02-29T10:00:00', '2024-02-29T10:11:12.500000', '2024-02-29T10:11:00+05:30']
#=> -1 day, 5:00:01.500000 datetime.timedelta(days=-1, seconds=18001, microseconds=500000) -68398.5 18:59:58.500000
#=> 18 0:00:01.500000 -2 days, 19:30:02.250000
#=> 7.5 2:30:00
#=> 999999999 True
#=> 2024-02-29 19:45:00+00:00 IST True
#=> (2024, 2, 29, 19, 45) UTC-03:00
#=> 1970-01-01 00:00:00+00:00 2001-09-09 07:16:40.250000+05:30
#=> 1000000000.0
#=> 2024-02-29 23:45:00 2024-02-29 18:00:00 23
#=> ['2023-10-31', '2023-11-30', '2023-12-31', '2024-01-31', '2024-02-29']
#=> True 04:23:01.000384
#=> 2024-01-01 07:00:00+00:00 True
#=> (2024, 1, 1) 2024-12-30
#=> 1 True Mon May  6 00:00:00 2024
#=> 2023-12-31
#=> 366 days, 0:00:00 1999-01-01 15:00:00
#=> ValueError TypeError OverflowError ValueError ValueError TypeError OverflowError 2024-01-01
