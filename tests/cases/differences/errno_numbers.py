# guest: errors of the operating system have WASI's numbers
# The classes of the exceptions and the names in the errno module are the same; only the numbers differ.
import errno
import os
import tempfile

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "file")
    os.mkdir(os.path.join(folder, "inner"))
    for attempt in (lambda: open(path), lambda: os.mkdir(folder), lambda: os.rmdir(folder), lambda: open(folder)):
        try:
            attempt()
        except OSError as exc:
            print(type(exc).__name__, exc.errno, errno.errorcode[exc.errno], exc.strerror)
print(errno.ENOENT, errno.EEXIST, errno.EACCES, errno.ENOTDIR, errno.EINVAL, errno.ENOTSUP, os.strerror(errno.ENOENT))
print(isinstance(OSError(errno.ENOENT, "gone"), FileNotFoundError))
print(isinstance(OSError(2, "not the number of ENOENT here"), PermissionError))

#=> FileNotFoundError 44 ENOENT No such file or directory
#=> FileExistsError 20 EEXIST File exists
#=> OSError 55 ENOTEMPTY Directory not empty
#=> IsADirectoryError 31 EISDIR Is a directory
#=> 44 20 2 54 28 58 No such file or directory
#=> True
#=> True
