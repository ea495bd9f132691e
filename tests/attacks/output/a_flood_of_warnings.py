# Warns without end, each time of something else, so that no warning is one that was there before.
#% limits: output=1KiB time=5s
import warnings
warnings.simplefilter("always")
n = 0
while True:
    warnings.warn(f"warning {n}")
    n += 1
#% ends: limit output_bytes
