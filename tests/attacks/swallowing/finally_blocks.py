# Goes on in `finally`, by a return, a break or a continue that drops the exception.
#% limits: time=200ms
def again():
    while True:
        try:
            while True: pass
        finally:
            continue
again()
#% ends: limit time_ms
#% session: rolled back
