# Reads small files that say that they are large: arrays, tables, pictures, sounds, databases.
import io, json, pickle, plistlib, struct, sqlite3, wave
import numpy as np
import pandas as pd
def npy(shape):
    header = ("{'descr': '<f8', 'fortran_order': False, 'shape': %r, }" % (shape,)).encode().ljust(117) + b"\n"
    return io.BytesIO(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
def recursive_sql():
    sqlite3.connect(":memory:").execute("select hex(zeroblob(900000000))").fetchall()
def wav():
    return wave.open(io.BytesIO(b"RIFF\xff\xff\xff\x7fWAVEfmt \x10\0\0\0\1\0\1\0\x44\xac\0\0\x88\x58\1\0\2\0\x10\0data\xff\xff\xff\x7f")).readframes(2**30)
for read in (lambda: np.load(npy((2**40,))), lambda: np.load(npy((2**31, 2**31))), lambda: np.load(npy((-1,))), lambda: np.load(npy((2**28,))),
             lambda: pickle.loads(b"\x80\x04\x8e" + b"\xff" * 7 + b"\x7f"), lambda: pickle.loads(b"X\xff\xff\xff\x7f"), lambda: pickle.loads(b"\x80\x04r\xff\xff\xff\x7f."),
             lambda: plistlib.loads(b"bplist00" + b"\xff" * 40), recursive_sql, lambda: len(wav()),
             lambda: pd.read_csv(io.StringIO("a\n" * 10), skiprows=10**12), lambda: json.loads('{"a":' * 10**5)):
    try:
        read()
        print("read")
    except Exception as error:
        print(type(error).__name__)
#=> ValueError
#=> ValueError
#=> ValueError
#=> ValueError
#=> OverflowError
#=> UnpicklingError
#=> UnpicklingError
#=> InvalidFileException
#=> MemoryError
#=> read
#=> MemoryError
#=> RecursionError
