# Fills dictionaries with keys of the same hash, which makes each look-up as long as the table.
#% limits: time=500ms
step = 2**31 - 1
table = {n * step: 0 for n in range(10**5)}
#%% step
class Same:
    def __hash__(self): return 1
table = {}
while True:
    table[Same()] = 1
#% ends: limit time_ms
