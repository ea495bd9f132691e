# A file is written and read at positions, appended to, cut and made longer, through several descriptors.
import os, tempfile

folder = tempfile.mkdtemp()
path = os.path.join(folder, "file.bin")
with open(path, "wb") as file:
    file.write(bytes(range(256)) * 1000)
with open(path, "r+b") as file:
    file.seek(100_000)
    file.write(b"marked")
    file.seek(-6, os.SEEK_END)
    print(file.read())
    file.seek(99_998)
    print(file.read(10), file.tell())
    print(file.truncate(150_000), os.path.getsize(path))
    file.seek(0, os.SEEK_END)
    print(file.tell(), file.read())
with open(path, "ab") as file:
    print(file.tell(), file.write(b"end"), file.tell())
    other = open(path, "rb")
    other.seek(150_000)
    file.flush()
    print(other.read())
    file.write(b"more")
    file.flush()
    print(other.read(), other.read())
    other.close()
fd = os.open(path, os.O_RDWR)
os.ftruncate(fd, 10)
os.ftruncate(fd, 20)
print(os.pread(fd, 100, 5), os.fstat(fd).st_size)
print(os.pwrite(fd, b"far", 200_000), os.fstat(fd).st_size, os.pread(fd, 5, 199_998))
print(os.lseek(fd, 4, os.SEEK_SET), os.write(fd, b"here"), os.lseek(fd, 0, os.SEEK_CUR))
print(os.read(fd, 3), os.pread(fd, 10, 10**9))
os.close(fd)
for flags in (os.O_RDONLY, os.O_WRONLY):
    fd = os.open(path, flags)
    for do in (lambda: os.read(fd, 1), lambda: os.write(fd, b"x")):
        try:
            print(do())
        except OSError as error:
            print(type(error).__name__, error.strerror)
    os.close(fd)
with open(path, "w+") as text:
    text.write("line one\nline two\nZeile drei: äöü\n")
    text.seek(0)
    print([line.rstrip() for line in text], text.seek(9), text.readline().rstrip())
with open(path, "x" if not os.path.exists(path) else "r") as text:
    print(sum(1 for _ in text))
try:
    open(path, "x")
except FileExistsError as error:
    print(error.strerror)
#=> b'\xfa\xfb\xfc\xfd\xfe\xff'
#=> b'\x9e\x9fmarked\xa6\xa7' 100008
#=> 150000 150000
#=> 150000 b''
#=> 150000 3 150003
#=> b'end'
#=> b'more' b''
#=> b'\x05\x06\x07\x08\t\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00' 20
#=> 3 200003 b'\x00\x00far'
#=> 4 4 8
#=> b'\x08\t\x00' b''
#=> b'\x00'
#=> OSError Bad file descriptor
#=> OSError Bad file descriptor
#=> 1
#=> ['line one', 'line two', 'Zeile drei: äöü'] 9 line two
#=> 3
#=> File exists
