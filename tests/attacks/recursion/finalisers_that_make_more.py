# Has finalisers make the object that they finalise anew, in each other and at collection.
#% limits: time=400ms
import gc
class Again:
    def __del__(self):
        Again()
class Back:
    kept = []
    def __del__(self):
        Back.kept.append(self)
        other = Back()
        other.self = other
for _ in range(10):
    Back()
    gc.collect()
print(len(Back.kept) < 1000)
Again()
#=> True
#% ends: limit time_ms | completed | raised RecursionError
#% session: either
