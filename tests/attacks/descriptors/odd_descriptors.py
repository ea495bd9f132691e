# Reads, writes, seeks, cuts and locks descriptors that are folders, streams, closed, negative or none.
import os, mmap, select, selectors
ended = {}
folder = os.open("/tmp", os.O_RDONLY | os.O_DIRECTORY)
closed = os.open("/tmp/f", os.O_RDWR | os.O_CREAT)
os.close(closed)
for fd in (0, 1, 2, 3, 4, folder, closed, -1, 10**6, 2**31 - 1):
    for do in (lambda: os.read(fd, 10), lambda: os.pread(fd, 10, 0), lambda: os.lseek(fd, 0, 2), lambda: os.ftruncate(fd, 10), lambda: os.fsync(fd), lambda: os.fstat(fd), lambda: os.posix_fadvise(fd, 0, 0, 3),
               lambda: os.get_blocking(fd), lambda: os.set_blocking(fd, False), lambda: os.set_inheritable(fd, True), lambda: os.isatty(fd), lambda: os.dup(fd), lambda: os.dup2(fd, 50), lambda: os.dup2(50, fd),
               lambda: os.fpathconf(fd, 1), lambda: os.open("x", os.O_RDONLY, dir_fd=fd), lambda: mmap.mmap(fd, 10), lambda: select.select([fd], [], [], 0), lambda: os.utime(fd), lambda: os.readinto(fd, bytearray(3)),
               lambda: os.pwrite(fd, b"", 0), lambda: os.device_encoding(fd), lambda: os.link("f", "g", src_dir_fd=fd, dst_dir_fd=fd), lambda: os.rename("f", "g", src_dir_fd=fd, dst_dir_fd=fd)):
        try:
            do()
            kind = "done"
        except (OSError, ValueError, OverflowError, NotImplementedError, MemoryError, TypeError) as error:
            kind = "refused"
        ended[kind] = ended.get(kind, 0) + 1
print(sum(ended.values()), sorted(os.listdir("/tmp")))
#=> 240 ['g']
