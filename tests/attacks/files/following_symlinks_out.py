# Follows symbolic links that lead out of a granted folder, which somebody on the host has put there.
import os
for name in ("relative", "absolute"):
    path = "/data/" + name
    for do in (lambda p: open(p).read(), os.stat, lambda p: open(p + "/x"), os.listdir,
               lambda p: os.open(p, os.O_RDONLY | os.O_NOFOLLOW), lambda p: os.utime(p),
               lambda p: os.truncate(p, 0)):
        try:
            print(name, do(path))
        except OSError:
            pass
print(sorted(os.listdir("/data")), os.readlink("/data/relative"))
#=> ['absolute', 'hello.txt', 'pipe', 'relative'] ../secret
