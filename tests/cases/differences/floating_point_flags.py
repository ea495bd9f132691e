# guest: WebAssembly has no floating-point status flags, so numpy cannot notice overflow or division by zero
# The results are the same: inf and nan. Only the warnings and the errors of errstate never come.
import warnings

import numpy as np

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print(np.array([1.0, -1.0, 0.0]) / 0, np.exp(np.array([1000.0])), np.sqrt(np.array([-1.0])))
    print(len(caught))
with np.errstate(all="raise"):
    print(np.array([1.0]) / 0, np.geterr()["divide"])
with np.errstate(all="call", call=lambda kind, flag: print("never called", kind)):
    print(np.log(np.array([0.0])))
try:
    1.0 / 0
except ZeroDivisionError as exc:
    print("Python's own floats raise as always:", exc)
print(np.isfinite(np.array([1.0]) / 0).all())

#=> [ inf -inf  nan] [inf] [nan]
#=> 0
#=> [inf] raise
#=> [-inf]
#=> Python's own floats raise as always: division by zero
#=> False
