# guest: descriptors cannot be duplicated, which numpy's raw file functions want
# Bytes that Python reads and writes do the same; so do np.save and np.load, and files in memory.
import io
import os
import tempfile

import numpy as np
from scipy.io import wavfile

array = np.arange(4, dtype="<i4")
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "raw.bin")
    for attempt in (lambda: array.tofile(path), lambda: np.fromfile(path, dtype="<i4"), lambda: os.dup(1)):
        try:
            attempt()
        except OSError as exc:
            print(type(exc).__name__, exc.strerror)
    with open(path, "wb") as file:
        file.write(array.tobytes())
    with open(path, "rb") as file:
        print(np.frombuffer(file.read(), dtype="<i4").tolist())
    np.save(path + ".npy", array)
    print(np.load(path + ".npy").tolist())
    wavfile.write(path + ".wav", 8000, np.arange(5, dtype="<i2"))
    try:
        wavfile.read(path + ".wav")
    except OSError as exc:
        print("wavfile", type(exc).__name__)
    with open(path + ".wav", "rb") as file:
        print(wavfile.read(io.BytesIO(file.read()))[1].tolist())

#=> OSError Not supported
#=> OSError Not supported
#=> OSError Not supported
#=> [0, 1, 2, 3]
#=> [0, 1, 2, 3]
#=> wavfile OSError
#=> [0, 1, 2, 3, 4]
