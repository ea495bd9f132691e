# Asks for the host's name, user, processes and hardware. The answers are the guest's own.
import getpass, os, platform, socket, sys
print(os.getpid(), platform.system(), platform.machine(), platform.node(), socket.gethostname())
print(os.cpu_count(), hasattr(os, "getuid"), hasattr(os, "getppid"), hasattr(os, "getlogin"))
try:
    print(getpass.getuser())
except OSError as error:
    print(type(error).__name__)
stat = os.stat("/data/hello.txt")
print(stat.st_uid, stat.st_gid, stat.st_dev)
print(sys.executable, os.uname().release)
#=> 42 wasi wasm32 (none) (none)
#=> 1 False False False
#=> OSError
#=> 0 0 1
#=> /usr/local/bin/python.wasm 0.0.0
