# Waits at named pipes whose other end nobody holds, which would block the host's thread for ever: opens
# them, directly and through links, in the folder that it can write to and in the other, and has the host
# open them to cut them, to copy them, or to set their times.
#% limits: time=2s
import os, shutil
os.symlink("pipe", "/out/link")
os.mkdir("/out/folder")
os.symlink("../link", "/out/folder/link")
os.link("/out/pipe", "/out/hard")
opened = 0
paths = ["/data/pipe", "/data/./pipe", "/data/pipe/", "/out/pipe", "/out/link", "/out/folder/link", "/out/hard", "/out/folder/../pipe"]
flags = [os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_RDONLY | os.O_NONBLOCK, os.O_RDONLY | os.O_CREAT, os.O_WRONLY | os.O_TRUNC,
         os.O_RDONLY | os.O_NOFOLLOW, os.O_WRONLY | os.O_CREAT | os.O_EXCL, os.O_RDONLY | os.O_DIRECTORY, os.O_WRONLY | os.O_APPEND]
for path in paths:
    uses = [lambda flag=flag: os.open(path, flag) for flag in flags]
    uses += [lambda: open(path).read(), lambda: os.truncate(path, 0), lambda: os.utime(path), lambda: os.utime(path, (1, 1)),
             lambda: shutil.copy(path, "/tmp/copy"), lambda: os.listdir(path), lambda: os.utime(path, follow_symlinks=False)]
    for use in uses:
        try:
            result = use()
            opened += result is not None
        except OSError:
            pass
    os.path.exists(path), os.path.islink(path)
print(opened)
os.rename("/out/pipe", "/out/moved")
os.unlink("/out/moved")
#=> 0
