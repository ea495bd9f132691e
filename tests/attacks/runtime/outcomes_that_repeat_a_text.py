# Hands the host an exception with ten thousand ancestors that all have the same name of a megabyte, so
# that what is small in the guest is ten gigabytes on the host.
#% limits: memory=400MiB
import fumehood.steps as steps, struct
n, size = 10_000, 1_000_000
at = 36 + 8 * n
table = struct.pack("<2I", at, size) * n
places = [4, 12, 20, 28] + [36 + 8 * i for i in range(n)]
body = struct.pack("<9I", 1, at, size, 36, n, at, size, at, size) + table + b"x" * size
forged = struct.pack(f"<I{len(places)}I", len(places), *places) + body
steps._layout = lambda *a: forged
1
#% ends: failed
#% session: rolled back
