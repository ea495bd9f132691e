# Has the host remember as much as it can about files that hold nothing: long names, long links, many
# names for one file, holes, and bytes that are each far from the others. It all counts.
#% limits: file_bytes=2MiB files=1000000 open_files=250
import errno, os
def fill(make):
    made = 0
    try:
        while made < 10**6:
            make(made)
            made += 1
    except OSError as error:
        assert error.errno == errno.ENOSPC, error
    for folder in ("/tmp", "/work"):
        for name in os.listdir(folder):
            os.unlink(f"{folder}/{name}")
    return made
print(fill(lambda n: open(f"/tmp/{n:0250}", "w").close()))
print(fill(lambda n: os.symlink("x" * 4000, f"/work/{n:0250}")))
open("/tmp/f", "w").close()
print(fill(lambda n: os.link("/tmp/f", f"/work/{n:0250}")))
fd = os.open("/work/f", os.O_RDWR | os.O_CREAT)
print(fill(lambda n: os.pwrite(fd, b"x", n * 65536 + 65535)))
os.close(fd)
fds = [os.open(f"/work/{n}", os.O_RDWR | os.O_CREAT) for n in range(50)]
print(fill(lambda n: os.pwrite(fds[n % 50], b"x", n // 50 * 65536)))
#=> 4096
#=> 464
#=> 4095
#=> 31
#=> 8092
