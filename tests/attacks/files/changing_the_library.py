# Writes into the guest's own library, which all sessions read.
import os
for path in ("/usr/local/lib/python315.zip", "/usr/local/lib/evil.py", "/usr/local/lib/site-packages/evil.py",
             "/usr/local/lib/python315.zip/matplotlib/mpl-data/evil",
             "/usr/local/lib/python315.zip/matplotlib/mpl-data/matplotlibrc"):
    for do in (lambda p: open(p, "w"), lambda p: open(p, "ab").write(b"x"), os.unlink, os.mkdir,
               lambda p: os.truncate(p, 0), lambda p: os.symlink("x", p),
               lambda p: os.rename("/usr/local/lib/python315.zip", p)):
        try:
            do(path)
            print("done to", path)
        except OSError:
            pass
print(os.listdir("/usr/local/lib"))
#=> ['python315.zip', 'site-packages']
