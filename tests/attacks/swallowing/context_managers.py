# Swallows the limit in a context manager's end, again and again.
#% limits: time=200ms
import contextlib
class Swallow:
    def __enter__(self): return self
    def __exit__(self, *a): return True
while True:
    with Swallow(), contextlib.suppress(BaseException):
        while True: pass
#% ends: limit time_ms
#% session: rolled back
