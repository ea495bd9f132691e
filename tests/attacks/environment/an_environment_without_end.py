# Fills the environment. It is memory like any other.
#% limits: memory=128MiB time=10s
import os
n = 0
while True:
    os.environ[f"V{n}"] = "x" * 1_000_000
    n += 1
#% ends: limit memory_bytes
