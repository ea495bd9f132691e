# Has a handler in place of the runtime's that does nothing but count.
#% limits: time=300ms
import signal, time
count = 0
def handler(number, frame):
    global count
    count += 1
    time.sleep(0.01)
signal.signal(signal.SIGINT, handler)
while True: pass
#% ends: limit time_ms
#% session: rolled back
