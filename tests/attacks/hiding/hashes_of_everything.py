# Hashes as much in each call as it has memory for.
#% limits: time=200ms
import hashlib, itertools
block = bytes(50_000_000)
while True:
    hashlib.sha3_512(block).digest()
#% ends: limit time_ms
#% session: either
