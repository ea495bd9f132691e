# Opens files and folders until none can be opened, of every kind and through every function.
#% limits: open_files=60
import errno, os, tempfile
files = []
def fill(make):
    try:
        for _ in range(1000):
            files.append(make())
        return "no end"
    except OSError as error:
        return errno.errorcode[error.errno]
open("/tmp/one", "w").close()
print(fill(lambda: open("/tmp/one")), fill(lambda: os.open("/tmp", os.O_RDONLY | os.O_DIRECTORY)), fill(lambda: open("/data/hello.txt")),
      fill(lambda: tempfile.TemporaryFile()), fill(lambda: os.scandir("/tmp")), len(files) < 60)
for file in files:
    if hasattr(file, "close"):
        file.close()
#%% step
import json
print(open("/data/hello.txt").read(), end="")
#=> EDQUOT EDQUOT EDQUOT ENOENT EDQUOT True
#=> hello
