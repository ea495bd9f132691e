# Has objects finalised after the step has ended, which print, raise, call tools, loop.
#% limits: time=300ms
class Late:
    def __init__(self, act): self.act = act
    def __del__(self): self.act()
def raises(): raise ValueError("late")
def loops():
    while True: pass
a, b, c = Late(lambda: print("late")), Late(lambda: print(echo("tool"))), Late(raises)
#%% step
a = b = c = None
#%% step
d = Late(loops)
#%% step
d = None
#%% step
print("on")
#=> late
#=> tool
#=> on
#% ends 4: limit time_ms | completed
