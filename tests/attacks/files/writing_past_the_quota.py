# Writes more than it may by every way of writing: streams, descriptors, positions, appending, copies,
# databases, archives. What was written and removed counts as well.
#% limits: file_bytes=100KiB
import errno, os, shutil, sqlite3, zipfile
total = 0
def write(how):
    global total
    try:
        while total < 10**7:
            total += how()
    except OSError as error:
        assert error.errno == errno.ENOSPC, error
fd = os.open("/tmp/a", os.O_RDWR | os.O_CREAT)
append = os.open("/out/b", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def removed():
    with open("/tmp/c", "wb", buffering=0) as f:
        n = f.write(b"c" * 1000)
    os.unlink("/tmp/c")
    return n
for how in (lambda: os.pwrite(fd, b"x" * 1000, 0), lambda: os.write(fd, b"x" * 1000),
            lambda: os.write(append, b"y" * 1000), removed,
            lambda: os.pwrite(fd, b"x", 2**31), lambda: os.write(append, b"y")):
    write(how)
print(total <= 100 * 1024, total > 100_000)
for code in (lambda: shutil.copy("/data/hello.txt", "/tmp/copy"),
             lambda: sqlite3.connect("/tmp/db").execute("create table t (a)"),
             lambda: zipfile.ZipFile("/tmp/zip", "w").writestr("a", "b" * 99)):
    try:
        code()
        print("written")
    except (OSError, sqlite3.Error) as error:
        print(type(error).__name__)
#=> True True
#=> OSError
#=> OperationalError
#=> OSError
