# Computes with times that no calendar has.
import datetime, time, zoneinfo
ended = set()
for value in (-1, 2**31, 2**62, -2**62, 1e300, float("nan"), float("-inf"), 10**30):
    for do in (time.gmtime, time.localtime, time.ctime, datetime.datetime.fromtimestamp, datetime.date.fromtimestamp, lambda v: time.mktime((v,) * 9), lambda v: time.strftime("%Y" * 1000, (v,) * 9), lambda v: datetime.timedelta(v), lambda v: datetime.datetime(2000, 1, 1) + datetime.timedelta(seconds=v)):
        try:
            do(value)
        except (ValueError, OverflowError, OSError, TypeError) as error:
            ended.add(type(error).__name__)
for name in ("../../etc/passwd", "/etc/passwd", "\0", "a" * 10**5, ""):
    try:
        zoneinfo.ZoneInfo(name)
        print("a zone")
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError, UnicodeError) as error:
        ended.add("zone")
print(sorted(ended))
#=> ['OSError', 'OverflowError', 'TypeError', 'ValueError', 'zone']
