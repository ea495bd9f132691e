# Reads a stream of its own making that has no end, by readers in C.
#% limits: time=300ms
import csv, io, itertools, json, pickle
class Endless(io.RawIOBase):
    def readable(self): return True
    def readinto(self, buffer):
        buffer[:] = b"0," * (len(buffer) // 2) + b"0" * (len(buffer) % 2)
        return len(buffer)
for row in csv.reader(itertools.repeat("1,2,3")): pass
#% ends: limit time_ms
#% session: either
