# Lists a folder of thousands of names again and again, and leaves each list half read.
#% limits: time=700ms files=2500
import os
for n in range(2000):
    os.mkdir(f"/tmp/{n}" + "x" * 200)
kept = []
while True:
    scan = os.scandir("/tmp")
    next(scan)
    kept.append(scan)
#% ends: limit time_ms | raised OSError
