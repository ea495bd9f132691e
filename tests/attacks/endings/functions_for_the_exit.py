# Registers functions for the interpreter's exit and has them run, and has the interpreter begin its end.
import atexit, sys, threading
atexit.register(lambda: print("at exit"))
atexit._run_exitfuncs()
threading._register_atexit(print, "threads")
threading._shutdown()
try:
    sys._clear_internal_caches()
    sys._clear_type_cache()
except AttributeError:
    pass
print("on")
#=> at exit
#=> threads
#=> on
