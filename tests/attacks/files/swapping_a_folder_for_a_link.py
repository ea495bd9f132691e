# Opens a folder, has it become a symbolic link upwards, and goes on with the descriptor and the path.
import os
os.makedirs("/out/a/b")
fd = os.open("/out/a/b", os.O_RDONLY | os.O_DIRECTORY)
os.rename("/out/a", "/out/moved")
try:
    os.symlink("..", "/out/a")
except OSError:
    print("no link")
for do in (lambda: os.open("../../../secret", os.O_RDONLY, dir_fd=fd),
           lambda: open("/out/a/secret"), lambda: open("/out/a/a/secret"),
           lambda: os.open("../..", os.O_RDONLY | os.O_DIRECTORY, dir_fd=fd),
           lambda: os.mkdir("../../../made", dir_fd=fd), lambda: os.mkdir("/out/a/made")):
    try:
        print("out:", do())
    except OSError:
        print("refused")
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
