# Fills what is kept of sources for tracebacks, which is the session's own memory, and puts nothing in
# its place. No step runs without it, and each says so.
#% limits: memory=128MiB
import linecache
for n in range(10**6):
    linecache.cache[f"<step {n}>"] = (1, None, ["x" * 1_000_000], "x")
#%% step
linecache.cache = None
#%% step
import linecache
linecache.cache = {}
1 / 0
#% ends 1: limit memory_bytes
#% ends 2: completed
#% ends: raised Exception
#% after: fresh
