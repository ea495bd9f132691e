# Has the interpreter find itself broken, by its own means for trying that out: null pointers, stacks that
# overflow, signals that end a process.
import faulthandler
for name in ("_read_null", "_fatal_error_c_thread", "_stack_overflow", "_sigfpe", "_sigsegv", "_sigabrt"):
    try:
        getattr(faulthandler, name)()
    except (AttributeError, RuntimeError, OSError, MemoryError):
        pass
#% ends: failed
#% session: rolled back
