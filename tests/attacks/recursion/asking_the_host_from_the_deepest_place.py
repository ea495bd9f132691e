# Asks the host for things from every depth of the interpreter's stack, down to where it overflows: the
# host works on the same stack, and has enough of it.
#% limits: time=10s memory=700MiB tool_calls=100000
import os, sys
sys.setrecursionlimit(10**6)
nested = 1
for _ in range(60):
    nested = {"a": [nested]} if _ % 2 else [nested]
calls = 0
class Caller:
    def __del__(self):
        global calls
        calls += 1
        if calls % 500 == 0 or calls > 300_000 and calls % 50 == 0:
            echo(nested)
            os.listdir("/data")
            try:
                open("/out/../secret")
            except OSError:
                pass
chain = None
for _ in range(500_000):
    chain = [chain, Caller()]
echo(1)
chain = None
#% ends: failed | completed | limit time_ms
#% session: either
