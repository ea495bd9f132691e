# guest: everything is linked into one module; there are no shared libraries, and memory cannot map a file
# The types of ctypes exist, so code that only packs structures works.
import ctypes
import importlib.machinery
import mmap
import tempfile

import numpy as np

for attempt in (lambda: ctypes.CDLL(None), lambda: ctypes.CDLL("libc.so.6"), lambda: ctypes.cdll.LoadLibrary("libm.so")):
    try:
        attempt()
    except (OSError, AttributeError, TypeError) as exc:
        print(type(exc).__name__, exc)
print(ctypes.sizeof(ctypes.c_void_p), ctypes.c_int32(2**31).value)
print(any(".so" in suffix for suffix in importlib.machinery.EXTENSION_SUFFIXES))
with tempfile.TemporaryFile() as file:
    file.write(b"some bytes")
    file.flush()
    for attempt in (lambda: mmap.mmap(file.fileno(), 0), lambda: mmap.mmap(-1, 100),
                    lambda: np.memmap(file, dtype=np.uint8)):
        try:
            attempt()
        except OSError as exc:
            print(type(exc).__name__, exc)
    file.seek(0)
    print(np.frombuffer(file.read(), dtype=np.uint8)[:4].tolist())

#=> OSError ctypes is unavailable on wasm32-wasi
#=> OSError ctypes is unavailable on wasm32-wasi
#=> OSError ctypes is unavailable on wasm32-wasi
#=> 4 -2147483648
#=> True
#=> OSError mmap is unavailable on wasm32-wasi
#=> OSError mmap is unavailable on wasm32-wasi
#=> OSError mmap is unavailable on wasm32-wasi
#=> [115, 111, 109, 101]
