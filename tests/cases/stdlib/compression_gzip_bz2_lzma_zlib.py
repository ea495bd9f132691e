# Compression: round trips through four formats, files, streams, damaged data and preset dictionaries.
import bz2
import gzip
import io
import lzma
import tempfile
import zlib
from pathlib import Path

text = "\n".join(f"{n},{n * n},{'even' if n % 2 == 0 else 'odd'}" for n in range(500)).encode()
for module in (gzip, bz2, lzma, zlib):
    packed = module.compress(text)
    print(f"{module.__name__:<5}{packed[:2].hex()} {len(packed) < len(text) // 3} {module.decompress(packed) == text}")

with tempfile.TemporaryDirectory() as folder:
    for module, suffix in ((gzip, ".gz"), (bz2, ".bz2"), (lzma, ".xz")):
        path = Path(folder, "table.csv" + suffix)
        with module.open(path, "wt", encoding="utf-8") as file:
            file.write("id,name\n1,Åsa\n")
        with module.open(path, "at", encoding="utf-8") as file:
            file.write("2,Bo\n")
        with module.open(path, "rt", encoding="utf-8") as file:
            print(suffix, [line.rstrip().split(",") for line in file], path.stat().st_size > 20)

buffer = io.BytesIO()
with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as file:
    file.write(b"fixed time")
print(buffer.getvalue()[4:8], gzip.decompress(buffer.getvalue()))
compressor, parts = zlib.compressobj(9, wbits=-15), []
for start in range(0, len(text), 1000):
    parts.append(compressor.compress(text[start:start + 1000]))
parts.append(compressor.flush())
print(zlib.decompress(b"".join(parts), wbits=-15) == text)
decompressor = zlib.decompressobj()
first = decompressor.decompress(zlib.compress(b"abc" * 100) + b"tail", 10)
print(first, len(decompressor.decompress(decompressor.unconsumed_tail)), decompressor.unused_data, decompressor.eof)
with_dictionary = zlib.compressobj(zdict=b"the quick brown fox")
packed = with_dictionary.compress(b"the quick brown dog") + with_dictionary.flush()
print(zlib.decompressobj(zdict=b"the quick brown fox").decompress(packed), zlib.crc32(b"abc"), zlib.adler32(b"abc"))
print(lzma.decompress(lzma.compress(b"x" * 9, format=lzma.FORMAT_ALONE)))
print(bz2.decompress(bz2.compress(b"a") + bz2.compress(b"b")))
for attempt in (lambda: zlib.decompress(b"not zlib"), lambda: gzip.decompress(b"not gzip"),
                lambda: bz2.decompress(b"not bz2"), lambda: lzma.decompress(b"not xz at all"),
                lambda: gzip.decompress(gzip.compress(text)[:-9])):
    try:
        attempt()
    except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError) as exc:
        print(type(exc).__name__)

#=> gzip 1f8b False True
#=> bz2  425a True True
#=> lzma fd37 True True
#=> zlib 789c False True
#=> .gz [['id', 'name'], ['1', 'Åsa'], ['2', 'Bo']] True
#=> .bz2 [['id', 'name'], ['1', 'Åsa'], ['2', 'Bo']] True
#=> .xz [['id', 'name'], ['1', 'Åsa'], ['2', 'Bo']] True
#=> b'\x00\x00\x00\x00' b'fixed time'
#=> True
#=> b'abcabcabca' 290 b'tail' True
#=> b'the quick brown dog' 891568578 38600999
#=> b'xxxxxxxxx'
#=> b'ab'
#=> error
#=> BadGzipFile
#=> OSError
#=> LZMAError
#=> EOFError
