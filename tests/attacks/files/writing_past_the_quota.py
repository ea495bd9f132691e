# Writes more than it may by every way of writing: streams, descriptors, positions, appending, copies,
# databases, archives. What its own files hold counts; in a granted folder, all that was ever written.
#% limits: file_bytes=100KiB
import errno, os, shutil, sqlite3, zipfile
def write(how):
    total = 0
    try:
        while total < 10**6:
            total += how()
    except OSError as error:
        assert error.errno == errno.ENOSPC, error
    return total
def ways(folder):
    fd = os.open(f"{folder}/a", os.O_RDWR | os.O_CREAT)
    append = os.open(f"{folder}/b", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    def removed():
        with open(f"{folder}/c", "wb", buffering=0) as f:
            n = f.write(b"c" * 1000)
        os.unlink(f"{folder}/c")
        return n
    return (lambda: os.pwrite(fd, b"x" * 1000, 0), lambda: os.write(fd, b"x" * 1000),
            lambda: os.write(append, b"y" * 1000), removed,
            lambda: os.pwrite(fd, b"x", 2**27), lambda: os.write(append, b"y"))
total = sum(map(write, ways("/out")))
print(total <= 100 * 1024, total > 100_000)
again, on, append, removed, far, byte = ways("/tmp")
print(write(again), write(removed))
# What lies over what is there counts once, a byte far from all others 256, and a name 512.
on(), far()
print(1000 + 256 + write(append) + write(byte) + 2 * 512)
for code in (lambda: shutil.copy("/data/hello.txt", "/tmp/copy"), lambda: os.mkdir("/work/f"),
             lambda: sqlite3.connect("/tmp/db").execute("create table t (a)"),
             lambda: zipfile.ZipFile("/tmp/zip", "w").writestr("a", "b" * 99)):
    try:
        code()
        print("written")
    except (OSError, sqlite3.Error) as error:
        print(type(error).__name__)
#=> True True
#=> 1000000 1000000
#=> 102400
#=> OSError
#=> OSError
#=> OperationalError
#=> OSError
