# Spends its time where C drops exceptions: in `hasattr` of old, comparisons of sorts, weak callbacks,
# unraisable hooks, `__del__` of temporaries, hash tables.
#% limits: time=300ms
import sys, weakref
sys.unraisablehook = lambda *a: None
class Target: pass
def spin(*a):
    while True: pass
while True:
    target = Target()
    ref = weakref.ref(target, spin)
    del target
#% ends: limit time_ms
#% session: either
