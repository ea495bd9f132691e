# Takes all memory and gives it back, hundreds of times. The host's memory follows the limit and not the
# times.
#% limits: time=30s
n = 0
for _ in range(300):
    try:
        x = bytearray(300 * 2**20)
    except MemoryError:
        n += 1
    x = bytearray(120 * 2**20)
    x = None
print(n)
#=> 300
