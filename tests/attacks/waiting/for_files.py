# Waits for files, many at once and again and again, to have the host start a thread for each, or count
# each wait as work. A file is always ready, and waiting for it costs what it costs.
#% limits: time=10s fuel=2G
import os, select
fds = []
for n in range(100):
    fd = os.open(f"/tmp/{n}", os.O_RDWR | os.O_CREAT)
    os.write(fd, b"abc" * 3000)
    fds.append(fd)
for _ in range(20):
    for fd in fds:
        os.lseek(fd, 5, 0)
    ready, _, _ = select.select(fds, [], [], 0)
    assert ready == fds
for fd in fds:
    assert os.read(fd, 3) == b"cab" and os.lseek(fd, 0, 1) == 8 and len(os.read(fd, 10**6)) > 0
empty = os.open("/tmp/empty", os.O_RDWR | os.O_CREAT)
for _ in range(3):
    print(select.select([empty], [], [], 0)[0] == [empty], os.read(empty, 10))
os.write(empty, b"no more")
os.lseek(empty, 0, 0)
print(select.select([empty], [], [])[0] == [empty], os.read(empty, 2), os.read(empty, 10), os.read(empty, 10))
print("waited")
#=> True b''
#=> True b''
#=> True b''
#=> True b'no' b' more' b''
#=> waited
