# Trees of files are made, walked, copied, searched, moved and removed.
import glob, os, pathlib, shutil, tempfile

root = pathlib.Path(tempfile.mkdtemp())
for name in ("a/one.txt", "a/b/two.txt", "a/b/c/three.csv", "d/four.txt", "top.csv"):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(name * 3)
(root / "empty").mkdir()
for folder, folders, files in sorted(os.walk(root)):
    print(os.path.relpath(folder, root), sorted(folders), sorted(files))
print([str(path.relative_to(root)) for path in sorted(root.rglob("*.txt"))])
print(sorted(glob.glob("**/*.csv", root_dir=root, recursive=True)), sorted(glob.glob("*", root_dir=root)))
copy = shutil.copytree(root, root.with_name(root.name + "-copy"), ignore=shutil.ignore_patterns("d"))
print(sorted(os.listdir(copy)), (copy / "a/b/two.txt").read_text())
print(sorted(entry.name for entry in os.scandir(copy) if entry.is_dir()), (copy / "a/one.txt").stat().st_size)
shutil.move(copy / "a", copy / "empty")
print(sorted(str(path.relative_to(copy)) for path in copy.rglob("*")))
shutil.rmtree(copy)
print(copy.exists(), shutil.rmtree(copy, ignore_errors=True))
print(os.path.relpath(shutil.copy(root / "top.csv", root / "empty"), root))
archive = shutil.make_archive(str(root / "all"), "zip", root / "a")
shutil.unpack_archive(archive, root / "unpacked")
print(sorted(str(path.relative_to(root)) for path in (root / "unpacked").rglob("*")))
many = root / "many"
many.mkdir()
for n in range(500):
    (many / f"{n:03}.txt").touch()
for path in many.iterdir():
    if int(path.stem) % 2:
        path.unlink()
print(len(os.listdir(many)), (many / "000.txt").exists(), (many / "001.txt").exists())
shutil.rmtree(root)
print(root.exists())
#=> . ['a', 'd', 'empty'] ['top.csv']
#=> a ['b'] ['one.txt']
#=> a/b ['c'] ['two.txt']
#=> a/b/c [] ['three.csv']
#=> d [] ['four.txt']
#=> empty [] []
#=> ['a/b/two.txt', 'a/one.txt', 'd/four.txt']
#=> ['a/b/c/three.csv', 'top.csv'] ['a', 'd', 'empty', 'top.csv']
#=> ['a', 'empty', 'top.csv'] a/b/two.txta/b/two.txta/b/two.txt
#=> ['a', 'empty'] 27
#=> ['empty', 'empty/a', 'empty/a/b', 'empty/a/b/c', 'empty/a/b/c/three.csv', 'empty/a/b/two.txt', 'empty/a/one.txt', 'top.csv']
#=> False None
#=> empty/top.csv
#=> ['unpacked/b', 'unpacked/b/c', 'unpacked/b/c/three.csv', 'unpacked/b/two.txt', 'unpacked/one.txt']
#=> 250 True False
#=> False
