# Files and folders are moved onto others, into themselves and out of the way, as POSIX has it.
import os, tempfile

os.chdir(tempfile.mkdtemp())

def write(path, text):
    with open(path, "w") as file:
        file.write(text)

def attempt(do, *names):
    try:
        do(*names)
        return "done"
    except OSError as error:
        return f"{type(error).__name__}: {error.strerror}"

write("a", "first")
write("b", "second")
with open("b") as still_open:
    print(attempt(os.rename, "a", "b"), open("b").read(), still_open.read(), os.listdir())
write("a", "third")
print(attempt(os.replace, "a", "b"), open("b").read())
os.makedirs("full/inner")
os.mkdir("empty")
print(attempt(os.rename, "b", "empty"))
print(attempt(os.rename, "empty", "b"))
print(attempt(os.rename, "empty", "full"))
print(attempt(os.rename, "full", "full/inner/full"))
print(attempt(os.rename, "full/inner", "full"))
print(attempt(os.rename, "none", "b"), attempt(os.rename, "b", "none/b"))
print(attempt(os.rename, "full", "empty"), os.listdir("empty"), attempt(os.rename, "b", "b"))
print(attempt(os.link, "b", "c"), os.stat("c").st_nlink, os.path.samefile("b", "c"))
print(attempt(os.rename, "b", "c"), sorted(os.listdir()))
os.symlink("c", "link")
print(os.readlink("link"), open("link").read(), os.path.islink("link"), os.lstat("link").st_size)
print(attempt(os.rename, "link", "moved"), os.readlink("moved"))
print(attempt(os.unlink, "empty"), attempt(os.rmdir, "empty"), attempt(os.rmdir, "c"))
print(attempt(os.unlink, "c"), os.path.exists("moved"), os.path.lexists("moved"))
write("moved", "through a link")
print(open("c").read(), attempt(os.mkdir, "c"), attempt(os.mkdir, "empty/inner"))
os.symlink("loop", "loop")
print(attempt(open, "loop").split(":")[0], attempt(os.stat, "c/below"))
with tempfile.TemporaryFile() as file:
    file.write(b"without a name")
    file.seek(8)
    print(file.read(), os.fstat(file.fileno()).st_nlink)
#=> done first second ['b']
#=> done third
#=> IsADirectoryError: Is a directory
#=> NotADirectoryError: Not a directory
#=> OSError: Directory not empty
#=> OSError: Invalid argument
#=> OSError: Directory not empty
#=> FileNotFoundError: No such file or directory FileNotFoundError: No such file or directory
#=> done ['inner'] done
#=> done 2 True
#=> done ['b', 'c', 'empty']
#=> c third True 1
#=> done c
#=> IsADirectoryError: Is a directory OSError: Directory not empty NotADirectoryError: Not a directory
#=> done False True
#=> through a link FileExistsError: File exists FileExistsError: File exists
#=> OSError NotADirectoryError: Not a directory
#=> b'a name' 0
