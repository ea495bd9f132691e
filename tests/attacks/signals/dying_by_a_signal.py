# Kills itself by a signal whose handler is the system's.
import signal
signal.signal(signal.SIGTERM, signal.SIG_DFL)
signal.raise_signal(signal.SIGTERM)
#% ends: failed
#% session: rolled back
