# Grows lists, dictionaries and sets, by items and by halves.
for make in (lambda: list(range(10**8)), lambda: {n: [n] for n in range(10**8)}, lambda: set(range(10**8)),
             lambda: [0] * 10**8, lambda: tuple(n for n in iter(int, 1)), lambda: [[]] * 2**29):
    try:
        make()
    except MemoryError:
        print("MemoryError")
#% limits: time=20s memory=112MiB
#=> MemoryError
#=> MemoryError
#=> MemoryError
#=> MemoryError
#=> MemoryError
#=> MemoryError
