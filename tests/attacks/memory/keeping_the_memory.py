# Fills memory and keeps it, so that the runtime has none to begin the next step with. That may be the
# end of the session, and of no other.
#% limits: memory=128MiB
kept = []
size = 10**6
while size:
    try:
        while True:
            kept.append(bytearray(size))
    except MemoryError:
        size //= 10
#%% step
x = 1
#% ends: limit memory_bytes | completed | failed
#% session: either
#% after: fresh
