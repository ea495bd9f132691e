# Starts a process by each function of the operating system that does. None is there, or each refuses.
import os
for do in ("os.fork()", "os.forkpty()", "os.vfork()", "os.posix_spawn('/bin/sh', ['sh'], {})",
           "os.execv('/bin/sh', ['sh'])", "os.execvp('sh', ['sh'])", "os.system('id')",
           "os.popen('id').read()", "os.spawnl(0, '/bin/sh', 'sh')", "os.wait()", "os.startfile('/bin/sh')"):
    try:
        print(do, eval(do))
    except (AttributeError, OSError, ImportError, NameError):
        print("refused")
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
