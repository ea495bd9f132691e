# Files and folders: walking, copying, globbing, moving, archives, disk usage and removal, all in a temporary folder.
import filecmp
import fnmatch
import glob
import os
import shutil
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory(prefix="case-") as root:
    for name in ("src/a.py", "src/b.txt", "src/deep/c.py", "src/deep/.hidden", "docs/read me.md"):
        path = Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}\n" * 2)
    for folder, folders, files in os.walk(root):
        folders.sort()
        print(os.path.relpath(folder, root), sorted(files))
    print(sorted(os.path.relpath(p, root) for p in glob.glob(f"{root}/**/*.py", recursive=True)))
    print(sorted(glob.glob("**/*", root_dir=f"{root}/src", recursive=True)))
    print(sorted(glob.glob("[ab].*", root_dir=f"{root}/src")), glob.escape("a[1].py"))
    shutil.copytree(f"{root}/src", f"{root}/copy", ignore=shutil.ignore_patterns("*.txt"))
    print(sorted(p.name for p in Path(root, "copy").rglob("*")))
    print(filecmp.cmp(f"{root}/src/a.py", f"{root}/copy/a.py", shallow=False))
    shutil.copy(f"{root}/src/b.txt", f"{root}/copy")
    shutil.move(f"{root}/docs/read me.md", f"{root}/copy/moved.md")
    comparison = filecmp.dircmp(f"{root}/src", f"{root}/copy")
    print(comparison.left_only, comparison.right_only, comparison.common_dirs, sorted(comparison.same_files))
    archive = shutil.make_archive(f"{root}/bundle", "zip", f"{root}/src")
    shutil.unpack_archive(archive, f"{root}/unpacked")
    print(os.path.basename(archive), sorted(os.listdir(f"{root}/unpacked")), os.path.getsize(archive) > 100)
    with os.scandir(f"{root}/copy") as entries:
        print(sorted((entry.name, entry.is_dir(), entry.is_file()) for entry in entries))
    os.replace(f"{root}/src/a.py", f"{root}/src/b.txt")
    os.rename(f"{root}/src/deep", f"{root}/src/deeper")
    print(sorted(os.listdir(f"{root}/src")), Path(root, "src/b.txt").read_text().splitlines()[0])
    for attempt in (lambda: os.rmdir(f"{root}/src"), lambda: os.mkdir(f"{root}/src"), lambda: open(f"{root}/none"),
                    lambda: os.listdir(f"{root}/src/b.txt"), lambda: open(f"{root}/src"), lambda: shutil.copy("/no", root)):
        try:
            attempt()
        except OSError as exc:
            print(type(exc).__name__, end=" ")
    shutil.rmtree(f"{root}/src")
    os.remove(archive)
    print(sorted(os.listdir(root)))
print(os.path.exists(root), fnmatch.filter(["a.py", "b.PY", "c.txt"], "*.py"), fnmatch.translate("a?[!b]*.p")[:8])

#=> . []
#=> docs ['read me.md']
#=> src ['a.py', 'b.txt']
#=> src/deep ['.hidden', 'c.py']
#=> ['src/a.py', 'src/deep/c.py']
#=> ['a.py', 'b.txt', 'deep', 'deep/c.py']
#=> ['a.py', 'b.txt'] a[[]1].py
#=> ['.hidden', 'a.py', 'c.py', 'deep']
#=> True
#=> [] ['moved.md'] ['deep'] ['a.py', 'b.txt']
#=> bundle.zip ['a.py', 'b.txt', 'deep'] True
#=> [('a.py', False, True), ('b.txt', False, True), ('deep', True, False), ('moved.md', False, True)]
#=> ['b.txt', 'deeper'] content of src/a.py
#=> OSError FileExistsError FileNotFoundError NotADirectoryError IsADirectoryError FileNotFoundError ['copy', 'docs', 'unpacked']
#=> False ['a.py'] (?s:a.[^
