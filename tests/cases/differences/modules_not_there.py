# guest: parts of the standard library that need a terminal, users, a network or a library of their own are left out
import importlib
import sys

LINUX = ["curses", "ensurepip", "fcntl", "grp", "pty", "pwd", "readline", "resource", "ssl", "syslog", "termios",
         "tkinter", "tty", "turtle", "venv", "dbm.gnu", "dbm.ndbm", "compression.zstd", "idlelib", "test"]
missing = []
for name in LINUX:
    try:
        importlib.import_module(name)
    except ImportError:
        missing.append(name)
print(*missing)
public = [name for name in sys.stdlib_module_names if not name.startswith("_")]
others = []
for name in sorted(set(public) - set(LINUX) - {"antigravity", "this"}):
    try:
        importlib.import_module(name)
    except ImportError:
        others.append(name)
print(others)

#=> curses ensurepip fcntl grp pty pwd readline resource ssl syslog termios tkinter tty turtle venv dbm.gnu dbm.ndbm compression.zstd idlelib test
#=> ['msvcrt', 'nt', 'turtledemo', 'winreg', 'winsound']
