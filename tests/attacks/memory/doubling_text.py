# Doubles a text until there is no memory for it. The session has what it had before.
kept = "kept"
x = "a"
while True:
    x += x
#%% step
x = None
print(kept)
#% ends 1: limit memory_bytes
#=> kept
