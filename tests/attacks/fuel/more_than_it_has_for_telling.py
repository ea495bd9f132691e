# Leaves the telling of its exception no fuel: the limit is reached before, or while it is told.
#% needs: fuel
#% limits: fuel=60M time=20s
class Slow(Exception):
    def __str__(self):
        while True: pass
raise Slow
#%% step
class Slow:
    def __repr__(self):
        while True:
            try:
                while True: pass
            except BaseException: pass
Slow()
#% ends 1: limit fuel
#% ends: limit fuel
#% session: rolled back
