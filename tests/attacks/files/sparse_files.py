# Makes files that are larger than the disk, and reads them back. They take no space, and reading is
# bounded by memory.
#% limits: memory=160MiB
import os
fd = os.open("/tmp/sparse", os.O_RDWR | os.O_CREAT)
largest = 0
for size in (2**30, 2**40, 2**43, 2**62, 2**63 - 1):
    try:
        os.ftruncate(fd, size)
        largest = size
    except OSError:
        break
print(largest >= 2**30, os.fstat(fd).st_size == largest)
for position in (2**63 - 1, 2**62, 2**43):
    for do in (lambda: os.pwrite(fd, b"xx", position), lambda: os.pread(fd, 10, position),
               lambda: (os.lseek(fd, position, 0), os.write(fd, b"yy")),
               lambda: os.lseek(fd, position, 1), lambda: os.lseek(fd, position, 2),
               lambda: os.posix_fadvise(fd, position, position, 0)):
        try:
            do()
        except OSError:
            pass
try:
    os.pread(fd, 2**30, 0)
except MemoryError:
    print("MemoryError")
print(len(os.pread(fd, 50_000_000, 0)) > 0)
try:
    open("/tmp/sparse", "rb").read()
except (MemoryError, OverflowError, OSError) as error:
    print("refused")
#=> True True
#=> MemoryError
#=> True
#=> refused
