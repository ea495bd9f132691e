# Leaves each of its folders upwards, with `..` in every position and spelling. Each ends at the wall
# of the folder.
import os
for path in ["/data/../secret", "/data/./../secret", "/data//..//secret", "/out/../secret",
             "/data/x/../../secret", "/tmp/../secret", "/data/../data/../secret", "../secret",
             "../../../../../../../../etc/passwd", "/../etc/passwd", "/data/..", "/out/../../.."]:
    for do in (lambda p: open(p).read(), os.listdir, os.stat, os.mkdir, os.unlink, os.readlink):
        try:
            print(path, do(path))
        except OSError:
            pass
os.chdir("/data")
for path in ["../secret", "..", "./../secret"]:
    try:
        print(open(path).read())
    except OSError as error:
        print("refused")
#=> refused
#=> refused
#=> refused
