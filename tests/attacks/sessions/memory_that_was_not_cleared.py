# Asks for memory without having it cleared, and looks for what others left in it. New memory is zeros;
# the rest was its own.
#% limits: memory=400MiB
import re
import numpy as np
pattern = re.compile(b"can" + rb"ary\d{1,9}x\d{9,}")
a = np.empty(150_000_000, dtype="u1")
print(pattern.search(a) is None, int(np.count_nonzero(a[40_000_000:])))
#=> True 0
