# Asks the kernel's own folders for the process, its memory and the devices. They are not there.
import os
for path in ["/proc/self/environ", "/proc/self/maps", "/proc/1/cmdline", "/dev/mem", "/dev/stdin",
             "/dev/fd/3", "/sys/kernel", "/dev/shm", "/run"]:
    try:
        os.stat(path)
        print(path, "is there")
    except OSError as error:
        print(type(error).__name__)
print(os.path.exists("/dev/null"), os.path.exists("/"))
#=> FileNotFoundError
#=> FileNotFoundError
#=> FileNotFoundError
#=> FileNotFoundError
#=> FileNotFoundError
#=> FileNotFoundError
#=> FileNotFoundError
#=> FileNotFoundError
#=> FileNotFoundError
#=> False False
