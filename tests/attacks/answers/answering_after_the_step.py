# Leaves answers for later: in finalisers, exit functions, signal handlers, hooks, weak references. No
# later step ends with one that it did not give.
import atexit, gc, signal, sys, weakref
class Late:
    def __del__(self):
        final_answer("finaliser")
late = Late()
late.late = late
del late
atexit.register(final_answer, "exit")
signal.signal(signal.SIGTERM, lambda *a: final_answer("signal"))
gone = Late.__new__(type("Gone", (), {}))
weakref.finalize(gone, final_answer, "finalize")
sys.unraisablehook = lambda *a: None
#%% step
x = 1
#% ends 1: completed
#% ends: completed
