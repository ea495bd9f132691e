# Names that are too long, have NUL, control characters, separators or surrogates in them: each is
# refused, or is a name like any other.
import os
for name in ["x" * 256, "x" * 5000, "x" * 1_000_000, "a\0b", "/" * 100_000, "a/" * 50_000, "\ud800", "",
             "x" * 255 + "/.."]:
    path = "/tmp/" + name
    for do in (lambda p: open(p, "x"), os.mkdir, os.stat, os.listdir, os.readlink,
               lambda p: os.symlink(p, "/tmp/link")):
        try:
            do(path)
        except (OSError, ValueError, UnicodeError):
            pass
for name in ["\n", "\x1b[2J", "a\u202eb", " ", "-rf", "~", "*", "con", "a" * 255, "\U0001f600"]:
    os.mkdir("/tmp/names-" + name if len(name) < 200 else "/tmp/" + name)
print(len(os.listdir("/tmp")))
#=> 10
