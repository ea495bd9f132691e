# Fills its memory, so that there is no room for what the host answers. The answer must not be put where
# other things are: what the step ends with is the memory limit.
#% limits: memory=228MiB
import _host, struct
request = struct.pack("<BIIIII", 1, 30_000_000, 2, 0, 0, 0) + b"n" * 30_000_000 + b"{}"
kept = []
for size in (1_000_000, 10_000, 100):
    try:
        while True:
            kept.append(bytearray(size))
    except MemoryError:
        pass
try:
    _host.call(request)
except OSError:
    pass
kept = None
print("this is not the memory that it was")
#% ends: limit memory_bytes
#% session: either
