# Has trace functions that never return, one of which is called for the runtime's handler at the limit.
#% limits: time=300ms
import sys
def trace(frame, event, argument):
    while True:
        try:
            while True: pass
        except BaseException:
            pass
sys.settrace(trace)
(lambda: 1)()
#% ends: limit time_ms
#% session: rolled back
