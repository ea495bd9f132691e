# Prints to stderr only, which counts as well.
#% limits: output=100B time=2s
import sys, warnings
while True:
    sys.stderr.write("error\n")
#% ends: limit output_bytes
