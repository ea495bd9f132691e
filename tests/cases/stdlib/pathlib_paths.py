# pathlib: pure path arithmetic, real files, globbing, relative paths, stat results and Windows paths on any system.
import tempfile
from pathlib import Path, PurePosixPath, PureWindowsPath

path = PurePosixPath("/srv/data/2024/report.final.csv")
print(path.name, path.stem, path.suffix, path.suffixes, path.parent, path.parents[1], path.parts[-2:])
print(path.with_name("other.txt"), path.with_suffix(".gz"), path.with_stem("draft"), path / "x" / ".." / "y", "/a" / path)
print(path.relative_to("/srv"), path.is_relative_to("/etc"))
print(path.match("*.csv"), path.match("data/*"), path.is_absolute())
print(PurePosixPath("a//b/./c/"), PurePosixPath("a") < PurePosixPath("b"), PurePosixPath("~/x").parts, path.as_uri())
windows = PureWindowsPath(r"C:\Users\Ada\notes.txt")
print(windows.drive, windows.root, windows.as_posix(), windows.parent.name)
print(PureWindowsPath("A.TXT") == PureWindowsPath("a.txt"))

with tempfile.TemporaryDirectory() as folder:
    root = Path(folder)
    (root / "logs" / "old").mkdir(parents=True)
    for name, size in (("a.log", 10), ("b.log", 200), ("old/c.log", 50), ("old/readme.md", 5)):
        (root / "logs" / name).write_bytes(b"x" * size)
    logs = root / "logs"
    print(sorted(p.name for p in logs.glob("*.log")), sorted(p.relative_to(root).as_posix() for p in root.rglob("*.log")))
    print(sum(p.stat().st_size for p in logs.rglob("*") if p.is_file()))
    print(max(logs.glob("*.log"), key=lambda p: p.stat().st_size).name)
    (logs / "a.log").rename(logs / "old" / "a.log")
    (logs / "b.log").replace(logs / "old" / "a.log")
    print(sorted(p.name for p in (logs / "old").iterdir()), (logs / "old" / "a.log").stat().st_size)
    note = root / "note.txt"
    print(note.exists(), note.write_text("one\ntwo\n"))
    print(note.read_text().splitlines(), note.touch(), note.is_file(), note.is_dir())
    with note.open("a") as file:
        file.write("three\n")
    print(note.read_text().count("\n"), note.samefile(root / "logs" / ".." / "note.txt"), note.resolve().name)
    for attempt in (lambda: (root / "logs").mkdir(), lambda: (root / "no" / "dir").mkdir(), lambda: note.rmdir(),
                    lambda: (root / "none").unlink(), lambda: (root / "logs").rmdir(), lambda: (root / "none").read_text()):
        try:
            attempt()
        except OSError as exc:
            print(type(exc).__name__, end=" ")
    note.unlink()
    note.unlink(missing_ok=True)
    (root / "logs").mkdir(exist_ok=True)
    print(sorted(p.name for p in root.iterdir()))
print(root.exists(), Path("x").joinpath("y", "z").as_posix())
print({Path("a/b"), Path("a//b")} == {Path("a/b")}, Path().as_posix())
try:
    path.relative_to("/etc")
except ValueError as exc:
    print("ValueError:", "not in the subpath" in str(exc))

#=> report.final.csv report.final .csv ['.final', '.csv'] /srv/data/2024 /srv/data ('2024', 'report.final.csv')
#=> /srv/data/2024/other.txt /srv/data/2024/report.final.gz /srv/data/2024/draft.csv /srv/data/2024/report.final.csv/x/../y /srv/data/2024/report.final.csv
#=> data/2024/report.final.csv False
#=> True False True
#=> a/b/c True ('~', 'x') file:///srv/data/2024/report.final.csv
#=> C: \ C:/Users/Ada/notes.txt Ada
#=> True
#=> ['a.log', 'b.log'] ['logs/a.log', 'logs/b.log', 'logs/old/c.log']
#=> 265
#=> b.log
#=> ['a.log', 'c.log', 'readme.md'] 200
#=> False 8
#=> ['one', 'two'] None True False
#=> 3 True note.txt
#=> FileExistsError FileNotFoundError NotADirectoryError FileNotFoundError OSError FileNotFoundError ['logs']
#=> False x/y/z
#=> True .
#=> ValueError: True
