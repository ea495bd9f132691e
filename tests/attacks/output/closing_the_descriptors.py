# Closes the descriptors that it prints to, and opens files in their place. What is printed from there on
# goes nowhere, or into that file, and not to the host.
import os
os.close(1)
os.close(2)
files = [open(f"/out/{n}", "w") for n in range(3)]
try:
    print("printed")
except OSError:
    pass
for file in files:
    file.close()
final_answer([open(f"/out/{n}").read() for n in range(3)])
#% ends: answer ["","printed\n",""]
#% after: fresh
