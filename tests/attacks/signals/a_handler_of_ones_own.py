# Handles the interruption itself, by going on, by sleeping, by handling it again, by raising what is no
# limit.
#% limits: time=200ms
import signal
def handler(number, frame):
    raise ValueError("handled")
signal.signal(signal.SIGINT, handler)
while True: pass
#%% step
def handler(number, frame):
    signal.raise_signal(signal.SIGINT)
signal.signal(signal.SIGINT, handler)
try:
    while True: pass
except RecursionError:
    raise
#% ends 1: raised ValueError | limit time_ms
#% ends: raised RecursionError | raised Exception | limit time_ms | failed
#% session: either
