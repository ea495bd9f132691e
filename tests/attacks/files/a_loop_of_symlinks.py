# Has the host resolve links that lead to each other, and chains of links that double at each step.
import os
os.symlink("b", "/tmp/a")
os.symlink("a", "/tmp/b")
os.symlink("self/self/self", "/tmp/self")
os.mkdir("/tmp/l0")
for n in range(1, 60):
    os.symlink(f"l{n - 1}/../l{n - 1}", f"/tmp/l{n}")
for path in ("/tmp/a", "/tmp/self", "/tmp/l59", "/tmp/l59/" * 20):
    for do in (open, os.stat, os.listdir):
        try:
            do(path)
            print(path)
        except OSError as error:
            pass
print(os.path.realpath("/tmp/a") in ("/tmp/a", "/tmp/b"), len(os.listdir("/tmp")))
#=> True 63
