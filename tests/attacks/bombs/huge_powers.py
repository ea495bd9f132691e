# Raises a number to a power that no memory holds, in one operation.
#% limits: time=300ms
10 ** 10 ** 8
#% ends: limit time_ms
#% session: either
