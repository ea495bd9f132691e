# What stat tells: sizes, kinds, times to the nanosecond, numbers of files.
import os, stat, tempfile, time

folder = tempfile.mkdtemp()
path = os.path.join(folder, "file")
before = time.time_ns()
open(path, "w").close()
made = os.stat(path)
after = time.time_ns()
slack = 50_000_000
print(before - slack <= made.st_mtime_ns <= after + slack, made.st_size, stat.S_ISREG(made.st_mode))
time.sleep(0.02)
with open(path, "w") as file:
    file.write("x" * 100)
written = os.stat(path)
print(written.st_mtime_ns > made.st_mtime_ns, written.st_size, written.st_ino == made.st_ino)
os.utime(path, ns=(1_234_567_890_123_456_789, 987_654_321_987_654_321))
dated = os.stat(path)
print(dated.st_atime_ns, dated.st_mtime_ns, dated.st_mtime)
os.utime(path, (1, 2.5))
print(os.stat(path).st_atime, os.stat(path).st_mtime)
os.utime(path)
print(abs(os.stat(path).st_mtime - time.time()) < 5)
fd = os.open(path, os.O_RDWR)
os.utime(fd, ns=(5, 6))
print(os.fstat(fd).st_atime_ns, os.fstat(fd).st_mtime_ns, os.path.sameopenfile(fd, fd))
os.close(fd)
folder_before = os.stat(folder)
time.sleep(0.02)
open(os.path.join(folder, "other"), "w").close()
print(os.stat(folder).st_mtime_ns > folder_before.st_mtime_ns, stat.S_ISDIR(folder_before.st_mode))
os.symlink("file", os.path.join(folder, "link"))
link = os.path.join(folder, "link")
print(stat.S_ISLNK(os.lstat(link).st_mode), os.stat(link).st_ino == os.stat(path).st_ino, os.lstat(link).st_ino == os.stat(path).st_ino)
numbers = {entry.inode() for entry in os.scandir(folder)}
print(len(numbers), os.stat(path).st_ino in numbers)
print(os.path.getmtime(path) == os.stat(path).st_mtime)
#=> True 0 True
#=> True 100 True
#=> 1234567890123456789 987654321987654321 987654321.9876543
#=> 1.0 2.5
#=> True
#=> 5 6 True
#=> True True
#=> True True False
#=> 3 True
#=> True
