# Makes files that are larger than the disk, and reads them back: in a granted folder, and in one of its
# own, where a file has a size that it may have. They take no space, and reading is bounded by memory.
#% limits: memory=160MiB
import os
def make(path):
    fd = os.open(path, os.O_RDWR | os.O_CREAT)
    largest = 0
    for size in (2**28, 2**30, 2**40, 2**43, 2**62, 2**63 - 1):
        try:
            os.ftruncate(fd, size)
            largest = size
        except OSError:
            break
    print(largest >= 2**30, largest >= 2**28, os.fstat(fd).st_size == largest)
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
    print(len(os.pread(fd, 20_000_000, 0)) > 0)
    try:
        open(path, "rb").read()
    except (MemoryError, OverflowError, OSError) as error:
        print("refused")
    os.close(fd)
make("/out/sparse")
make("/tmp/sparse")
#=> True True True
#=> MemoryError
#=> True
#=> refused
#=> False True True
#=> MemoryError
#=> True
#=> refused
