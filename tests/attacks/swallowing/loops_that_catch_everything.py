# Catches every exception and goes on, in loops within loops.
#% limits: time=200ms
while True:
    try:
        while True:
            try:
                while True: pass
            except BaseException:
                continue
    except BaseException:
        continue
#% ends: limit time_ms
#% session: rolled back
