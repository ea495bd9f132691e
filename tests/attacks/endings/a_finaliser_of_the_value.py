# Ends with a value that is finalised after it was rendered, when nobody listens, and whose finaliser
# loops there.
#% limits: time=300ms
class Value:
    def __del__(self):
        while True: pass
Value()
#%% step
print("on")
#=> on
#% ends 1: completed | limit time_ms
#% session: either
