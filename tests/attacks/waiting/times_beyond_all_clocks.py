# Sleeps for times that no clock can express, and for none.
#% limits: time=2s
import asyncio, select, time
for seconds in (-1, float("nan"), float("inf"), 1e300, 2**63, "1", None):
    try:
        time.sleep(seconds)
        print("slept")
    except (ValueError, OverflowError, TypeError) as error:
        print(type(error).__name__)
for timeout in (-1, 0, 1e-12):
    select.select([], [], [], max(timeout, 0))
for _ in range(2000):
    time.sleep(0)
time.sleep(2**33)
#=> ValueError
#=> ValueError
#=> OverflowError
#=> OverflowError
#=> OverflowError
#=> TypeError
#=> TypeError
#% ends: limit time_ms
