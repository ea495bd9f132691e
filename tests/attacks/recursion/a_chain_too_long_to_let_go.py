# Lets go of a million lists, each in the next, which were put together without Python's notice. The
# interpreter's stack overflows, and the host's does not.
#% limits: time=10s memory=400MiB
import pickle
value = pickle.loads(b"]" * 10**6 + b"a" * (10**6 - 1) + b".")
print("made")
value = None
print("gone")
#=> made
#=> gone
#% ends: failed | completed
#% session: either
