# Fills memory to the last byte, in ever smaller pieces, and gives all of it back. The guest's C library
# does not always survive that; then its session is lost, and no other.
kept = []
def fill():
    size = 10**6
    while size:
        try:
            while True:
                kept.append(bytearray(size))
        except MemoryError:
            size //= 3
try:
    fill()
finally:
    kept = None
#%% step
bytearray(100_000_000)
print("there is room again")
#=> there is room again
#% ends 1: completed | limit memory_bytes | failed
#% ends: completed | limit memory_bytes | failed
#% session: either
#% after: fresh
