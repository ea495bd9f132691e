# Changes a read-only folder by every operation there is, and through a file that is open.
import os, mmap
f = open("/data/hello.txt")
tried = [
    lambda: open("/data/hello.txt", "w"), lambda: open("/data/hello.txt", "a"),
    lambda: open("/data/hello.txt", "r+"), lambda: open("/data/new", "x"),
    lambda: os.open("/data/hello.txt", os.O_RDONLY | os.O_TRUNC),
    lambda: os.open("/data/new", os.O_RDONLY | os.O_CREAT),
    lambda: os.truncate("/data/hello.txt", 0), lambda: os.ftruncate(f.fileno(), 0),
    lambda: os.write(f.fileno(), b"x"), lambda: os.pwrite(f.fileno(), b"x", 0),
    lambda: os.utime("/data/hello.txt", (1, 1)), lambda: os.utime(f.fileno(), (1, 1)),
    lambda: os.unlink("/data/hello.txt"), lambda: os.rename("/data/hello.txt", "/data/other"),
    lambda: os.replace("/data/hello.txt", "/out/hello.txt"),
    lambda: os.replace("/data/relative", "/data/hello.txt"),
    lambda: os.mkdir("/data/made"), lambda: os.rmdir("/data"),
    lambda: os.symlink("hello.txt", "/data/link"), lambda: os.link("/data/hello.txt", "/data/hard"),
    lambda: mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_WRITE).__setitem__(0, 0),
]
for number, change in enumerate(tried):
    try:
        change()
        print(number, "was done")
    except (OSError, ValueError):
        pass
print(open("/data/hello.txt").read(), end="")
#=> hello
