# guest: a session has its own /tmp, the standard library, and the folders that were granted; there is nothing else
import os
import tempfile

print(os.environ["HOME"], tempfile.gettempdir(), os.path.expanduser("~/x"), sorted(os.environ), os.path.isdir("/tmp"))
for path in ("/", "/etc/passwd", "/dev/null", "/proc/self/status", "/usr/bin/python3", "/var"):
    try:
        os.stat(path)
        print(path, "is there")
    except FileNotFoundError as exc:
        print(path, exc.strerror)
try:
    open("/usr/local/lib/new.txt", "w")
except OSError as exc:
    print(type(exc).__name__)
print(os.listdir("/usr/local/lib"), os.path.exists(os.devnull), os.getcwd())
try:
    os.chdir("/etc")
except OSError as exc:
    print(type(exc).__name__)

#=> /tmp /tmp /tmp/x ['HOME', 'TMPDIR'] True
#=> / No such file or directory
#=> /etc/passwd No such file or directory
#=> /dev/null No such file or directory
#=> /proc/self/status No such file or directory
#=> /usr/bin/python3 No such file or directory
#=> /var No such file or directory
#=> PermissionError
#=> ['python315.zip', 'site-packages'] False /work
#=> FileNotFoundError
