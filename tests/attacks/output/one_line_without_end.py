# Prints one line without end, in pieces of a byte, from a buffer that nobody flushes.
#% limits: output=10B time=10s
import sys
while True:
    sys.stdout.write("x")
#=> xxxxxxxxxx
#% ends: limit output_bytes
