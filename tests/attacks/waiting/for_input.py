# Waits for input, of which there is never any.
#% limits: time=300ms
import os, sys
print(os.read(0, 100), sys.stdin.readline(), sys.__stdin__.buffer.read(), list(sys.stdin))
while True:
    os.read(0, 1)
#=> b''  b'' []
#% ends: limit time_ms
