# Reads and writes files that are opened not to wait, so that the host would work on while the guest does.
#% limits: time=5s
import os, select
fds = [os.open(f"/tmp/{n}", os.O_RDWR | os.O_CREAT | os.O_NONBLOCK) for n in range(50)]
for _ in range(5):
    for fd in fds:
        written = 0
        while written < 100_000:
            try:
                written += os.write(fd, b"x" * (100_000 - written))
            except BlockingIOError:
                select.select([], [fd], [])
sizes = {os.fstat(fd).st_size for fd in fds}
read = set()
for fd in fds:
    os.lseek(fd, 0, 0)
    data = b""
    while len(data) < 500_000:
        try:
            data += os.read(fd, 500_000)
        except BlockingIOError:
            select.select([fd], [], [])
    read.add(len(data))
append = os.open("/tmp/append", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK)
for n in range(100):
    os.write(append, b"%02d" % n)
print(sizes, read, open("/tmp/append").read()[-10:])
#=> {500000} {500000} 9596979899
#% limits: file_bytes=64MiB
