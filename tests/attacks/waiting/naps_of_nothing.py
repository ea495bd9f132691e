# Sleeps for moments without end, so that the host makes a timer for each.
#% limits: time=400ms
import time
while True:
    time.sleep(1e-9)
#% ends: limit time_ms
