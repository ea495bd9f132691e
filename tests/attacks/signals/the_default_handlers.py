# Puts Python's own handler back, which raises KeyboardInterrupt; the limit is told all the same. With the
# system's default handler, the signal ends the interpreter.
#% limits: time=200ms
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
while True: pass
#%% step
signal.signal(signal.SIGINT, signal.SIG_DFL)
while True: pass
#% ends 1: limit time_ms
#% ends: limit time_ms | failed
#% session: either
