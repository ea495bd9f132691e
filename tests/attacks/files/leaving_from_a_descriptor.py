# Leaves a folder relative to descriptors: those it opens, and those that were there before it.
import os
fds = list(range(3, 12)) + [os.open(path, os.O_RDONLY | os.O_DIRECTORY)
                            for path in ("/data", "/out", "/tmp", "/usr/local/lib")]
left = 0
for fd in fds:
    for path in ("..", "../secret", "../../etc/passwd", "/etc/passwd", "./..", "hello.txt/../../secret"):
        for flags in (os.O_RDONLY, os.O_RDONLY | os.O_DIRECTORY, os.O_RDWR | os.O_CREAT):
            try:
                os.open(path, flags, dir_fd=fd)
                left += 1
            except OSError:
                pass
        try:
            os.stat(path, dir_fd=fd)
            left += 1
        except OSError:
            pass
print(left)
#=> 0
