# Waits for descriptors that will never be ready, or always are, without a time: the streams, files,
# folders, what is closed.
#% limits: time=300ms
import os, select, selectors, sys
waited = 0
fds = [0, 1, 2, 3, os.open("/tmp/f", os.O_RDWR | os.O_CREAT), os.open("/out", os.O_RDONLY | os.O_DIRECTORY), 77]
for fd in fds:
    for sets in (([fd], [], []), ([], [fd], []), ([], [], [fd]), ([fd], [fd], [fd])):
        try:
            select.select(*sets, 0.001)
            waited += 1
        except (OSError, ValueError):
            pass
try:
    poll = select.poll()
    for fd in fds[:5]:
        poll.register(fd)
    poll.poll(10)
except (AttributeError, OSError):
    pass
print(waited < 100)
sys.stdin.read()
for line in sys.stdin:
    pass
try:
    input()
except (EOFError, RuntimeError, OSError) as error:
    print(type(error).__name__)
while True:
    try:
        select.select([0], [], [])
    except OSError:
        pass
#=> True
#=> EOFError
#% ends: limit time_ms
