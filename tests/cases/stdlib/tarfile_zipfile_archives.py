# Archives: writing and reading zip and tar in memory and on disk, listing, appending, streaming and unsafe names.
import io
import tarfile
import tempfile
import zipfile
from pathlib import Path

buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("readme.txt", "hello " * 100)
    archive.writestr("data/values.csv", "a,b\n1,2\n")
    archive.mkdir("empty")
    with archive.open("data/stream.bin", "w") as member:
        for block in range(3):
            member.write(bytes([block]) * 4)
    archive.comment = b"made in memory"
with zipfile.ZipFile(buffer, "a") as archive:
    archive.writestr(zipfile.ZipInfo("late.txt", date_time=(2024, 2, 29, 12, 0, 0)), "appended")
with zipfile.ZipFile(buffer) as archive:
    print(archive.namelist(), archive.testzip(), archive.comment)
    info = archive.getinfo("readme.txt")
    print(info.file_size, info.compress_size < 40, f"{info.CRC:08x}")
    print(info.is_dir(), archive.getinfo("late.txt").date_time)
    print(archive.read("data/stream.bin"), [line.strip() for line in io.TextIOWrapper(archive.open("data/values.csv"))])
    print(sorted(p.name for p in (zipfile.Path(archive) / "data").iterdir()))
    print((zipfile.Path(archive, "late.txt")).read_text())
    try:
        archive.read("missing")
    except KeyError as exc:
        print("KeyError:", exc)
print(zipfile.is_zipfile(io.BytesIO(b"PK no")), zipfile.is_zipfile(buffer))

with tempfile.TemporaryDirectory() as folder:
    source = Path(folder, "source")
    (source / "sub").mkdir(parents=True)
    (source / "a.txt").write_text("alpha")
    (source / "sub" / "b.txt").write_text("beta " * 50)
    for suffix in ("gz", "bz2", "xz"):
        path = Path(folder, f"bundle.tar.{suffix}")
        with tarfile.open(path, f"w:{suffix}") as archive:
            archive.add(source, arcname="bundle", filter=lambda info: None if info.name.endswith("a.txt") else info)
            extra = tarfile.TarInfo("bundle/made.txt")
            extra.size, extra.mtime = 4, 0
            archive.addfile(extra, io.BytesIO(b"made"))
        with tarfile.open(path) as archive:
            print(suffix, sorted(archive.getnames()))
            print(archive.extractfile("bundle/made.txt").read(), tarfile.is_tarfile(path))
            archive.extractall(Path(folder, suffix), filter="data")
        print(sorted(p.relative_to(folder).as_posix() for p in Path(folder, suffix).rglob("*") if p.is_file()))
    with zipfile.ZipFile(Path(folder, "flat.zip"), "w", zipfile.ZIP_LZMA) as archive:
        for path in sorted(source.rglob("*.txt")):
            archive.write(path, path.name)
        archive.extractall(Path(folder, "out"), members=["b.txt"])
        print([info.filename for info in archive.infolist()], [p.name for p in Path(folder, "out").iterdir()])
    evil = io.BytesIO()
    with tarfile.open(fileobj=evil, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../outside.txt"))
    evil.seek(0)
    with tarfile.open(fileobj=evil) as archive:
        try:
            archive.extractall(folder, filter="data")
        except tarfile.OutsideDestinationError as exc:
            print(type(exc).__name__, exc.tarinfo.name)

#=> ['readme.txt', 'data/values.csv', 'empty/', 'data/stream.bin', 'late.txt'] None b'made in memory'
#=> 600 True 0da231f3
#=> False (2024, 2, 29, 12, 0, 0)
#=> b'\x00\x00\x00\x00\x01\x01\x01\x01\x02\x02\x02\x02' ['a,b', '1,2']
#=> ['stream.bin', 'values.csv']
#=> appended
#=> KeyError: "There is no item named 'missing' in the archive"
#=> False True
#=> gz ['bundle', 'bundle/made.txt', 'bundle/sub', 'bundle/sub/b.txt']
#=> b'made' True
#=> ['gz/bundle/made.txt', 'gz/bundle/sub/b.txt']
#=> bz2 ['bundle', 'bundle/made.txt', 'bundle/sub', 'bundle/sub/b.txt']
#=> b'made' True
#=> ['bz2/bundle/made.txt', 'bz2/bundle/sub/b.txt']
#=> xz ['bundle', 'bundle/made.txt', 'bundle/sub', 'bundle/sub/b.txt']
#=> b'made' True
#=> ['xz/bundle/made.txt', 'xz/bundle/sub/b.txt']
#=> ['a.txt', 'b.txt'] ['b.txt']
#=> OutsideDestinationError ../outside.txt
