# Closes its streams, deletes them, and puts objects in their place that act when they are flushed. Later
# steps are without them, and end as they would.
import sys
sys.stdout.close()
sys.stderr.close()
#%% step
1 / 0
#%% step
class Stream:
    def write(self, text): raise SystemExit(5)
    def flush(self): raise KeyboardInterrupt
sys.stdout = sys.stderr = sys.__stdout__ = Stream()
#%% step
del sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__
#%% step
"still here"
#%% step
import fumehood.console
fumehood.console.install()
print("printed")
#% ends 1: completed
#% ends 2: raised ZeroDivisionError
#% ends 3: raised KeyboardInterrupt
#% ends 4: completed
#% ends 5: completed
#=> printed
