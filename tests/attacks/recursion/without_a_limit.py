# Lifts the limit on depth and calls itself until memory ends, and so leaves a chain of millions of
# frames to take down. If the interpreter's stack does not hold for that, the session is lost.
#% limits: time=10s
import sys
sys.setrecursionlimit(2**31 - 1)
def deeper():
    return deeper()
deeper()
#% ends: failed | limit memory_bytes
#% session: either
