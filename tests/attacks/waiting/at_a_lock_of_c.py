# Waits for a lock of the C library, which has no way to wait: that ends the interpreter.
#% limits: time=300ms
import _thread
lock = _thread.allocate_lock()
lock.acquire()
lock.acquire()
#% ends: failed | limit time_ms
#% session: rolled back
