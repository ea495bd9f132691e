# Nests folders deeper than they may be, by relative steps and by moving what is deep already, and leaves
# them to the host to remove.
#% limits: files=3000 time=10s
import os
depth = 0
try:
    while True:
        os.mkdir("d")
        os.chdir("d")
        depth += 1
except OSError as error:
    print(error.errno, depth < 3000)
fd = os.open("/tmp", os.O_RDONLY | os.O_DIRECTORY)
made = 0
try:
    while True:
        os.mkdir("e", dir_fd=fd)
        inner = os.open("e", os.O_RDONLY | os.O_DIRECTORY, dir_fd=fd)
        os.close(fd)
        fd = inner
        made += 1
except OSError as error:
    print(error.errno, made)
for source, target in (("/work/d", "/tmp/e/d"), ("/tmp/e/e", "/work/d/d/e")):
    try:
        os.rename(source, target)
        print("moved")
    except OSError as error:
        print(error.errno)
#=> 37 True
#=> 37 127
#=> 37
#=> 37
