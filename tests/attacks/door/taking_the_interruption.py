# Takes from the host what the handler would raise at the limit, again and again and without a moment
# for the handler, so that nothing is raised. The second wall ends it.
#% limits: time=300ms
import _host, collections, itertools
collections.deque(map(_host.call, itertools.repeat(b"\x03")), maxlen=0)
#% ends: limit time_ms
#% session: rolled back
