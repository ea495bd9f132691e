# Sleeps for ever, by every function that waits. The limit wakes it, and the session lives.
#% limits: time=150ms
import time
time.sleep(10**9)
#%% step
import select
select.select([], [], [])
#%% step
import threading
threading.Event().wait(10**6)
#%% step
import asyncio
asyncio.run(asyncio.sleep(10**9))
#%% step
nap(10**9)
#%% step
import queue
queue.Queue().get(timeout=10**6)
#%% step
time.sleep(0)
#% ends 1: limit time_ms
#% ends 2: raised OSError
#% ends 3: limit time_ms
#% ends 4: limit time_ms
#% ends 5: limit time_ms
#% ends 6: limit time_ms
