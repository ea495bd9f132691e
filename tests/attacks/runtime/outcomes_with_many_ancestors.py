# Hands the host an exception that has six million ancestors, each of which would be a text of its own on
# the host.
#% limits: memory=400MiB
import fumehood.steps as steps, struct
n = 6_000_000
forged = struct.pack("<I9I", 2, 1, 0, 0, 36, n, 0, 0, 0, 0)[:4] + struct.pack("<2I", 12, 12) + struct.pack("<9I", 1, 36, 0, 36, n, 36, 0, 36, 0) + bytes(8 * n)
steps._layout = lambda *a: forged
1
#% ends: failed
#% session: rolled back
