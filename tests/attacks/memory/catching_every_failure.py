# Goes on after every MemoryError, without an end. The time limit ends it, and the session lives.
#% limits: time=500ms
x = []
while True:
    try:
        x.append(bytearray(2**22))
    except MemoryError:
        pass
#%% step
x = None
#% ends 1: limit time_ms
