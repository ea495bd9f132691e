# Leaves things behind wherever something may be shared: modules, builtins, classes of C, interned text,
# caches, the library, its folder. A fresh session has none of it.
import builtins, codecs, copyreg, decimal, gc, json, linecache, locale, os, pickle, random, re, signal
import string, sys, types, warnings
import numpy as np
import pandas as pd
sys.modules["planted"] = types.ModuleType("planted")
builtins.planted = "planted"
sys.path.insert(0, "/tmp")
open("/tmp/json.py", "w").write("planted = True")
linecache.cache["planted"] = (1, None, ["planted"], "planted")
codecs.register(lambda name: None)
sys.meta_path.insert(0, None)
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.setrecursionlimit(100)
sys.set_int_max_str_digits(0)
gc.disable()
decimal.getcontext().prec = 3
np.seterr(all="ignore")
pd.set_option("display.width", 1)
np.add = None
json.dumps = json.loads = None
os.environ["PLANTED"] = "1"
os.chdir("/out")
random.seed(1)
sys.stdout = None
#% after: fresh
