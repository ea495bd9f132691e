# Closes every descriptor there is, its library's among them, and imports, opens and prints.
import os
os.closerange(0, 100)
try:
    import wave
    print("imported")
except (ImportError, OSError):
    pass
#%% step
print("on")
x = 6 * 7
#% ends 1: completed
#% ends: completed | raised OSError
#% after: fresh
