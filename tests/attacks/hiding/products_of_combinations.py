# Makes combinations of combinations in C, of which none is ever the one looked for.
#% limits: time=200ms
import itertools
any(map(int.__eq__, map(len, itertools.permutations(range(30))), itertools.repeat(-1)))
#% ends: limit time_ms
#% session: rolled back
