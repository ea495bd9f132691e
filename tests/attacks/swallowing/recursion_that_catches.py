# Catches the limit and calls itself, deeper and deeper, so that there is always another frame to go on.
#% limits: time=200ms
def deeper():
    try:
        while True: pass
    except BaseException:
        deeper()
    finally:
        deeper()
deeper()
#% ends: limit time_ms
#% session: rolled back
