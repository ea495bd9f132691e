# Small modules: message catalogues, optparse, file modes, string constants, atexit registration and errno names.
import atexit
import errno
import gettext
import io
import optparse
import os
import stat
import string
import struct
import tempfile
from pathlib import Path


def catalogue(messages):
    """The bytes of a compiled catalogue, as msgfmt writes them."""
    entries = sorted(messages.items())
    ids = b"\0".join(key.encode() for key, _ in entries) + b"\0"
    texts = b"\0".join(text.encode() for _, text in entries) + b"\0"
    table, start = b"", 28 + 16 * len(entries)
    for column, at in ((0, start), (1, start + len(ids))):
        for entry in entries:
            size = len(entry[column].encode())
            table += struct.pack("<II", size, at)
            at += size + 1
    return struct.pack("<7I", 0x950412DE, 0, len(entries), 28, 28 + 8 * len(entries), 0, 0) + table + ids + texts


german = catalogue({"": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=n != 1;\n",
                    "Hello": "Grüß Gott", "%d bird\0%d birds": "%d Vogel\0%d Vögel"})
translation = gettext.GNUTranslations(io.BytesIO(german))
print(translation.gettext("Hello"), translation.gettext("unknown"), translation.charset())
print([translation.ngettext("%d bird", "%d birds", n) % n for n in (1, 2)], gettext.c2py("n > 1")(5))
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "de", "LC_MESSAGES")
    path.mkdir(parents=True)
    (path / "birds.mo").write_bytes(german)
    print(gettext.translation("birds", folder, ["de_AT", "de"]).gettext("Hello"), gettext.find("birds", folder, ["fr"]))
    mode = os.stat(path).st_mode
    print(stat.S_ISDIR(mode), stat.S_ISREG(os.stat(path / "birds.mo").st_mode))
    print(stat.filemode(0o100644), stat.filemode(0o40755))

parser = optparse.OptionParser(usage="%prog [options] FILE", prog="birds")
parser.add_option("-n", "--count", type="int", default=1, help="how many [default: %default]")
parser.add_option("-q", action="store_false", dest="loud", default=True)
options, rest = parser.parse_args(["-n3", "-q", "in.txt", "--", "-x"])
print(options.count, options.loud, rest, parser.get_usage().strip())
print([line.strip() for line in parser.format_help().splitlines() if "how many" in line])
print(string.ascii_lowercase[:3], string.hexdigits[-6:], string.punctuation[:5])
print(repr(string.whitespace[:3]), string.capwords("the quick  fox"))
print(list(string.Formatter().parse("a{b!r:>{w}}c{{d}}")))
print(string.Formatter().vformat("{0.real}-{x[1]}", (3,), {"x": [7, 8]}))
print(errno.errorcode[errno.ENOENT], OSError(errno.EEXIST, "x").__class__.__name__)
print(OSError(errno.EACCES, "x").__class__.__name__)
print(OSError(errno.ENOTDIR, "").__class__.__name__, OSError(errno.EAGAIN, "").__class__.__name__)
print(OSError(errno.ETIMEDOUT, "").__class__.__name__)
called = []
atexit.register(called.append, "kept for the end")
atexit.unregister(called.append)
print(called, atexit.register(len, ()).__name__)

#=> Grüß Gott unknown UTF-8
#=> ['1 Vogel', '2 Vögel'] 1
#=> Grüß Gott None
#=> True True
#=> -rw-r--r-- drwxr-xr-x
#=> 3 False ['in.txt', '-x'] Usage: birds [options] FILE
#=> ['how many [default: 1]']
#=> abc ABCDEF !"#$%
#=> ' \t\n' The Quick Fox
#=> [('a', 'b', '>{w}', 'r'), ('c{', None, None, None), ('d}', None, None, None)]
#=> 3-8
#=> ENOENT FileExistsError
#=> PermissionError
#=> NotADirectoryError BlockingIOError
#=> TimeoutError
#=> [] len
