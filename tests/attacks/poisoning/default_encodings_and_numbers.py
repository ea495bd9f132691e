# Changes what holds for the whole interpreter: limits, contexts, locales, filters, hooks, the seed.
import decimal, gc, locale, random, sys, warnings
import numpy as np
sys.setrecursionlimit(60)
sys.set_int_max_str_digits(640)
sys.setswitchinterval(1e9)
gc.set_threshold(1)
gc.disable()
gc.set_debug(gc.DEBUG_STATS)
decimal.getcontext().prec = 1
np.seterr(all="raise")
np.random.seed(0)
random.seed(0)
warnings.simplefilter("error")
sys.displayhook = sys.excepthook = sys.unraisablehook = None
sys.dont_write_bytecode = False
sys.tracebacklimit = 0
#%% step
1 / 0
#% ends 1: completed
#% ends: raised ZeroDivisionError
