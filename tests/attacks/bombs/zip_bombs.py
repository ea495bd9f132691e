# Unpacks what was packed a thousandfold, by every method that the library has.
#% limits: time=20s memory=128MiB
import bz2, gzip, io, lzma, zipfile, zlib
zeros = b"\0" * 1_000_000
def repeated(start, more, end):
    parts = [start()] + [more(zeros) for _ in range(70)] + [end()]
    return b"".join(parts)
z = zlib.compressobj()
deflated = repeated(lambda: b"", z.compress, z.flush)
b = bz2.BZ2Compressor()
bzipped = repeated(lambda: b"", b.compress, b.flush)
x = lzma.LZMACompressor(preset=0)
xzipped = repeated(lambda: b"", x.compress, x.flush)
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bomb, bomb.open("zeros", "w") as inside:
    for _ in range(70):
        inside.write(zeros)
for name, unpack in (("zlib", lambda: zlib.decompress(deflated)), ("bz2", lambda: bz2.decompress(bzipped)),
                     ("lzma", lambda: lzma.decompress(xzipped)), ("zip", lambda: zipfile.ZipFile(archive).read("zeros")),
                     ("gzip", lambda: gzip.decompress(gzip.compress(zeros) * 70))):
    try:
        unpack()
        print(name, "was unpacked")
    except MemoryError:
        print(name, "MemoryError")
print(len(deflated) < 10**6)
#=> zlib MemoryError
#=> bz2 MemoryError
#=> lzma MemoryError
#=> zip MemoryError
#=> gzip MemoryError
#=> True
