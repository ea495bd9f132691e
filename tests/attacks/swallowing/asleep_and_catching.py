# Sleeps, on the guest's side and in a tool on the host's, and catches what wakes it.
#% limits: time=200ms tool_calls=1000000
import time
while True:
    try:
        time.sleep(100)
    except BaseException:
        pass
    try:
        nap(100)
    except BaseException:
        pass
#% ends: limit time_ms
#% session: rolled back
