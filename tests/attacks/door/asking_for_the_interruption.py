# Asks the host all the time what there is to raise, so that the handler has nothing to raise at the
# limit. The handler is called before the next instruction, and raises.
#% limits: time=300ms
import _host
while True:
    _host.call(b"\x03")
#% ends: limit time_ms
#% session: either
