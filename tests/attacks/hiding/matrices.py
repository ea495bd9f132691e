# Multiplies matrices, and sorts arrays, in libraries that know of no interruptions.
#% limits: time=300ms
import numpy as np
a = np.random.rand(1500, 1500)
while True:
    a = a @ a
#% ends: limit time_ms
#% session: either
