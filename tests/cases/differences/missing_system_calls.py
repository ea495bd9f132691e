# guest: WASI has a few dozen system calls; what needs others is not there
import os
import shutil
import socket
import threading
import time

POSIX = {
    os: ["getuid", "getgid", "getlogin", "umask", "chown", "chroot", "mkfifo", "openpty", "sync", "statvfs", "getloadavg", "nice",
         "get_terminal_size", "getpriority", "sendfile", "memfd_create", "eventfd", "setsid", "killpg"],
    time: ["tzset", "thread_time", "clock_settime"],
    shutil: ["disk_usage"],
    socket: ["gethostbyname", "sethostname"],
    threading: ["get_native_id"],
}
for module, names in POSIX.items():
    print(module.__name__, [name for name in names if hasattr(module, name)])
print(shutil.get_terminal_size(), os.environ.get("USER"), os.isatty(1), len(os.urandom(4)))
try:
    __import__("getpass").getuser()
except OSError as exc:
    print(type(exc).__name__, exc)

#=> os []
#=> time []
#=> shutil []
#=> socket ['gethostbyname']
#=> threading []
#=> os.terminal_size(columns=80, lines=24) None False 4
#=> OSError No username set in the environment
