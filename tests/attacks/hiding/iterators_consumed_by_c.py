# Consumes an iterator without an end by C, which drops each item.
#% limits: time=200ms
import collections, itertools
collections.deque(itertools.count(), maxlen=0)
#% ends: limit time_ms
#% session: rolled back
