# Searches in texts that are made to be searched slowly, and replaces, splits and joins them.
#% limits: time=300ms memory=400MiB
a, b = "a" * 2_000_000, "a" * 1_000_000 + "b" + "a" * 999_000
while True:
    a.find(b); a.count(b); a.replace(b, "c"); a.split(b); b in a
#% ends: limit time_ms
#% session: either
