# Spends its time in one call of C that never returns to the interpreter. The second wall ends it.
#% limits: time=200ms
sum(range(10**12))
#% ends: limit time_ms
#% session: rolled back
