# Makes files, folders and links without end. All kinds count together; removing gives back one each,
# and no more.
#% limits: files=60
import errno, os
kinds = [lambda p: open(p, "w").close(), os.mkdir, lambda p: os.symlink("f", p),
         lambda p: os.link("/tmp/0", p)]
def fill():
    made = 0
    try:
        while made < 1000:
            kinds[made % 4](f"/tmp/{made}")
            made += 1
    except OSError as error:
        assert error.errno == errno.EDQUOT
    return made
print(fill())
for name in range(60):
    (os.rmdir if name % 4 == 1 else os.unlink)(f"/tmp/{name}")
for _ in range(100):
    for remove in (os.unlink, os.rmdir):
        try:
            remove("/tmp/nothing")
        except OSError:
            pass
print(fill())
#=> 60
#=> 60
