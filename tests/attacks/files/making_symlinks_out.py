# Makes symbolic links that lead out of its folders, one after another, and goes through them. An
# absolute target is refused; a relative one may be made, and leads nowhere.
import os
for target in ("/etc/passwd", "/data/hello.txt", "/"):
    try:
        os.symlink(target, "/out/absolute")
        print("made")
    except OSError:
        print("refused")
os.mkdir("/out/a")
for n, target in enumerate(["../secret", "../../secret", "..", "../..", "a/../../secret", "./../secret"]):
    try:
        os.symlink(target, f"/out/{n}")
        os.symlink(f"{n}", f"/out/to{n}")
    except OSError:
        continue
    for path in (f"/out/{n}", f"/out/to{n}", f"/out/{n}/secret", f"/out/a/../to{n}/secret"):
        for do in (lambda p: open(p).read(), os.listdir, os.stat, lambda p: open(p, "w")):
            try:
                print(path, do(path))
            except OSError:
                pass
for entry in os.listdir("/out"):
    if entry not in ("a", "pipe"):
        os.unlink("/out/" + entry)
print(sorted(os.listdir("/out")))
#=> refused
#=> refused
#=> refused
#=> ['a', 'pipe']
