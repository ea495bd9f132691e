# guest: the local time is UTC, and the locale is C with UTF-8
# zoneinfo has all time zones; ask for one instead of relying on the local time.
import calendar
import locale
import time
from datetime import datetime, timezone
from zoneinfo import ZoneInfo, available_timezones

print(time.tzname, time.timezone, time.daylight, hasattr(time, "tzset"))
print(datetime.fromtimestamp(0), datetime(2024, 7, 1).astimezone().utcoffset())
print(time.localtime(0)[:5] == time.gmtime(0)[:5])
print(datetime(2024, 7, 1, tzinfo=timezone.utc).astimezone(ZoneInfo("America/Lima")), len(available_timezones()) > 500)
print(locale.getpreferredencoding(), locale.localeconv()["decimal_point"], locale.setlocale(locale.LC_ALL, "C"))
locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
print(locale.format_string("%.2f", 1234.5, grouping=True))
print(calendar.day_name[0], f"{1234.5:n}", locale.strcoll("ä", "b") > 0)

#=> ('UTC', 'UTC') 0 0 False
#=> 1970-01-01 00:00:00 0:00:00
#=> True
#=> 2024-06-30 19:00:00-05:00 True
#=> utf-8 . C
#=> 1234.50
#=> Monday 1234.5 True
