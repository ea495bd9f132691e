# Sorts with a comparison in C over lists that only differ at their ends.
#% limits: time=300ms
common = [0] * 100_000
lists = [common + [n % 7] for n in range(400)]
while True:
    sorted(lists)
    lists.reverse()
#% ends: limit time_ms
#% session: either
