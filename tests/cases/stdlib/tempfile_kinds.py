# Temporary files: named, spooled, directories, suffixes, deletion on close and where they live.
import os
import tempfile
from pathlib import Path

with tempfile.TemporaryFile("w+") as file:
    file.write("scratch\nlines\n")
    file.seek(0)
    print(file.readlines(), file.mode)

with tempfile.NamedTemporaryFile("wb", prefix="case-", suffix=".bin") as file:
    file.write(bytes(1000))
    file.flush()
    name = file.name
    print(os.path.basename(name)[:5], name[-4:], os.path.getsize(name), os.path.exists(name))
print(os.path.exists(name))

with tempfile.NamedTemporaryFile("w", delete=False) as kept:
    kept.write("kept")
print(Path(kept.name).read_text(), os.remove(kept.name), Path(kept.name).exists())

with tempfile.SpooledTemporaryFile(max_size=10, mode="w+") as spooled:
    spooled.write("short")
    spooled.write(" and then long enough")
    spooled.seek(6)
    print(spooled.read(8), spooled.tell())

with tempfile.TemporaryDirectory(prefix="case-") as folder:
    handle, path = tempfile.mkstemp(dir=folder, text=True)
    with os.fdopen(handle, "w") as file:
        print(file.write("by handle"), os.path.dirname(path) == folder)
    inner = tempfile.mkdtemp(dir=folder)
    print(os.path.isdir(inner), len(os.listdir(folder)), os.listdir(inner))
    old = tempfile.tempdir
    tempfile.tempdir = folder
    with tempfile.NamedTemporaryFile() as file:
        print(os.path.dirname(file.name) == folder, len({tempfile.mktemp() for _ in range(20)}))
    tempfile.tempdir = old
    print(os.open(path, os.O_RDONLY) > 2, os.path.samefile(path, os.path.join(folder, ".", os.path.basename(path))))
print(os.path.exists(folder), os.path.isabs(tempfile.gettempdir()), os.access(tempfile.gettempdir(), os.W_OK))
try:
    tempfile.NamedTemporaryFile(dir="/no/such/folder")
except FileNotFoundError as exc:
    print(type(exc).__name__, exc.filename.startswith("/no/such/folder"))
directory = tempfile.TemporaryDirectory()
directory.cleanup()
print(os.path.exists(directory.name))

#=> ['scratch\n', 'lines\n'] w+
#=> case- .bin 1000 True
#=> False
#=> kept None False
#=> and then 14
#=> 9 True
#=> True 2 []
#=> True 20
#=> True True
#=> False True True
#=> FileNotFoundError True
#=> False
