# guest: the C library is musl, which has no directives of its own for strftime
# What Python documents works, and - and _ for padding. %P, %k, %l, %^a and %#d are glibc's own: they empty the text.
import time
from datetime import date, datetime

moment = datetime(2024, 1, 5, 7, 8, 9)
print(moment.strftime("%d %B %Y, %I:%M %p, %a %j %U %V %G-%u %y"), moment.strftime("%-d/%-m %_d %e %T %R %D %F %h %C %s"))
for directive in ("%P", "%k", "%l", "%^a", "%#d", "%Q"):
    text = f"at {directive}!"
    print(directive, repr(moment.strftime(text)), repr(time.strftime(text, moment.timetuple())), repr(f"{moment:{text}}"))
print(moment.strftime("%I:%M %p").lower(), f"{moment:%H}".lstrip("0"))
print(f"{moment:%a}".upper(), f"{date(2024, 1, 5):%d.%m.}")
print(datetime.strptime("5 Jan 2024 07:08", "%d %b %Y %H:%M") == moment.replace(second=0))

#=> 05 January 2024, 07:08 AM, Fri 005 00 01 2024-5 24 5/1  5  5 07:08:09 07:08 01/05/24 2024-01-05 Jan 20 1704438489
#=> %P '' '' ''
#=> %k '' '' ''
#=> %l '' '' ''
#=> %^a '' '' ''
#=> %#d '' '' ''
#=> %Q '' '' ''
#=> 07:08 am 7
#=> FRI 05.01.
#=> True
