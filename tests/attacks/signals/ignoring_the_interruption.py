# Ignores the signal that the host's interruptions look like. The second wall ends it.
#% limits: time=200ms
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True: pass
#% ends: limit time_ms
#% session: rolled back
