# Has the host work for hardly any fuel: files, clocks, random numbers, directories, sleeps. The clock is
# looked at all the same.
#% needs: fuel
#% limits: time=400ms
import os, time
fd = os.open("/tmp/f", os.O_RDWR | os.O_CREAT)
while True:
    os.urandom(10_000)
    os.pwrite(fd, b"x" * 10_000, 0) if os.fstat(fd).st_size < 1 else os.pread(fd, 10_000, 0)
    os.fsync(fd)
    os.listdir("/usr/local/lib/python315.zip/matplotlib/mpl-data/fonts/ttf")
    time.sleep(0)
#% ends: limit time_ms
