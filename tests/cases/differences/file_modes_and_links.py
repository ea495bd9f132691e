# guest: WASI knows neither modes nor owners of files, and links only inside a folder
import os
import shutil
import stat
import tempfile

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "file")
    with open(path, "w") as file:
        file.write("text")
    os.chmod(path, 0o400)
    status = os.stat(path)
    print(stat.filemode(status.st_mode), stat.filemode(os.stat(folder).st_mode))
    print(status.st_uid, status.st_nlink, os.access(path, os.X_OK))
    with open(path, "a") as file:
        print("written in spite of the mode:", file.write("!"))
    try:
        os.symlink(path, os.path.join(folder, "absolute"))
    except PermissionError as exc:
        print(type(exc).__name__, exc.strerror)
    os.symlink("file", os.path.join(folder, "relative"))
    os.link(path, os.path.join(folder, "hard"))
    print(os.readlink(os.path.join(folder, "relative")))
    print(open(os.path.join(folder, "relative")).read(), os.stat(path).st_nlink)
    os.utime(path, (1, 2))
    shutil.copy2(path, path + ".copy")
    print(os.stat(path).st_mtime, os.stat(path + ".copy").st_mtime, hasattr(os, "umask"), hasattr(os, "chown"))
    with open(path + ".open", "w+") as file:
        os.unlink(path + ".open")
        print(file.write("an open file may be removed"), os.path.exists(path + ".open"))

#=> ---------- d---------
#=> 0 1 True
#=> written in spite of the mode: 1
#=> PermissionError Operation not permitted
#=> file
#=> text! 2
#=> 2.0 2.0 False False
#=> 27 False
