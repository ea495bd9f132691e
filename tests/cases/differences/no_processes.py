# guest: there are no processes, neither others nor new ones
import concurrent.futures
import multiprocessing
import multiprocessing.dummy
import os
import subprocess

for attempt in (lambda: subprocess.run(["ls"]), lambda: subprocess.check_output("ls", shell=True),
                lambda: os.popen("ls")):
    try:
        attempt()
    except OSError as exc:
        print(type(exc).__name__, exc)
print([name for name in ("fork", "system", "execv", "posix_spawn", "kill", "wait", "pipe", "getppid") if hasattr(os, name)])
for attempt in (lambda: multiprocessing.Process(target=print).start(), lambda: multiprocessing.Pool(2),
                lambda: multiprocessing.dummy.Pool(2), lambda: multiprocessing.Queue(),
                lambda: concurrent.futures.ProcessPoolExecutor(2)):
    try:
        attempt()
    except (AttributeError, ImportError, NotImplementedError, OSError) as exc:
        print(type(exc).__name__)
print(os.getpid(), os.cpu_count(), multiprocessing.cpu_count())

#=> OSError [Errno 58] wasi does not support processes.
#=> OSError [Errno 58] wasi does not support processes.
#=> OSError [Errno 58] wasi does not support processes.
#=> []
#=> AttributeError
#=> AttributeError
#=> AttributeError
#=> ModuleNotFoundError
#=> NotImplementedError
#=> 42 1 1
