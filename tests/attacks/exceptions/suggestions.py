# Has the traceback look for names that are meant, in objects with ever more names or names that loop.
#% limits: time=400ms
class Many:
    def __dir__(self): return ["n" * 30 + str(n) for n in range(10**5)]
Many().n
#%% step
class Loops:
    def __dir__(self):
        while True: pass
Loops().x
#%% step
for n in range(20_000): globals()["name" + str(n) * 5] = n
name0
#% ends 1: raised AttributeError | limit time_ms
#% ends 2: raised AttributeError | limit time_ms
#% ends: raised NameError
