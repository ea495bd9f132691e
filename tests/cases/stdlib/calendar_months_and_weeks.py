# The calendar module: month grids, leap years, week rows, first weekdays and text calendars.
import calendar
from datetime import date, timedelta

print(calendar.month(2024, 2))
print(calendar.TextCalendar(calendar.SUNDAY).formatmonth(2023, 10, w=3).splitlines()[1:3])
print(calendar.isleap(2000), calendar.isleap(1900), calendar.leapdays(2000, 2025))
print([int(number) for number in calendar.monthrange(2024, 2)], int(calendar.weekday(2024, 7, 4)) == calendar.THURSDAY)
weeks = calendar.Calendar(firstweekday=calendar.MONDAY).monthdayscalendar(2024, 9)
print(weeks[0], weeks[-1], len(weeks))
print([day.isoformat() for day in calendar.Calendar().itermonthdates(2024, 9)][:7][::6])


def third_friday(year, month):
    fridays = [week[calendar.FRIDAY] for week in calendar.monthcalendar(year, month) if week[calendar.FRIDAY]]
    return date(year, month, fridays[2])


def working_days(year, month, holidays=()):
    return sum(1 for day, weekday in calendar.Calendar().itermonthdays2(year, month)
               if day and weekday < 5 and date(year, month, day) not in holidays)


print(third_friday(2024, 3), working_days(2024, 12, {date(2024, 12, 25), date(2024, 12, 26)}))
print([calendar.day_name[d] for d in range(2)], calendar.month_abbr[12])
print(list(calendar.day_abbr), calendar.month_name[1:3])
print(calendar.timegm((2024, 1, 1, 0, 0, 0)), calendar.HTMLCalendar().formatmonth(2024, 1).count("<td"))


def add_months(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


print([add_months(date(2023, 11, 30), n).isoformat() for n in (1, 3, 15, -9)])
print([date(2024, 1, 1) + timedelta(weeks=w) for w in range(2)][1].strftime("%G-W%V-%u"))
print(date.fromisocalendar(2020, 53, 7))
try:
    calendar.monthrange(2024, 13)
except calendar.IllegalMonthError as exc:
    print("IllegalMonthError:", exc)

#=>    February 2024
#=> Mo Tu We Th Fr Sa Su
#=>           1  2  3  4
#=>  5  6  7  8  9 10 11
#=> 12 13 14 15 16 17 18
#=> 19 20 21 22 23 24 25
#=> 26 27 28 29
#=>
#=> ['Sun Mon Tue Wed Thu Fri Sat', '  1   2   3   4   5   6   7']
#=> True False 7
#=> [3, 29] True
#=> [0, 0, 0, 0, 0, 0, 1] [30, 0, 0, 0, 0, 0, 0] 6
#=> ['2024-08-26', '2024-09-01']
#=> 2024-03-15 20
#=> ['Monday', 'Tuesday'] Dec
#=> ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] ['January', 'February']
#=> 1704067200 35
#=> ['2023-12-30', '2024-02-29', '2025-02-28', '2023-02-28']
#=> 2024-W02-1
#=> 2021-01-03
#=> IllegalMonthError: bad month number 13; must be 1-12
