"""What is answered to code that wants threads.

There is one thread. `threading.Thread.start` says so. Work handed to a `ThreadPoolExecutor` is done
at once by the thread that hands it over, which is what most programs mean by it; the future that
comes back is finished.

Waiting for another thread ends the interpreter, as its C library sees it. So the locks that Python code
waits at are the ones below: waiting for a time is to sleep, and waiting for ever is an error.
"""

import _thread
import concurrent.futures
import concurrent.futures.thread as pools
import queue
import threading
import time

_REFUSAL = (
    "the sandbox has no threads; call the function directly, use asyncio, or "
    "concurrent.futures.ThreadPoolExecutor, which runs its work at once"
)


def _refuse(*args, **kwargs):
    raise RuntimeError(_REFUSAL)


def _start(self):
    if not self._initialized:
        raise RuntimeError("thread.__init__() not called")
    raise RuntimeError(_REFUSAL)


def _submit(self, fn, /, *args, **kwargs):
    if self._shutdown:
        raise RuntimeError("cannot schedule new futures after shutdown")
    future = concurrent.futures.Future()
    future.set_running_or_notify_cancel()
    try:
        future.set_result(fn(*args, **kwargs))
    except Exception as error:
        future.set_exception(error)
    return future


class _Lock:
    """A lock among functions of one thread."""

    __slots__ = ("_held", "__weakref__")

    def __init__(self):
        self._held = False

    def acquire(self, blocking=True, timeout=-1):
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        if self._held and blocking:
            if timeout == -1:
                raise RuntimeError("deadlock: the lock is held, and no other thread can release it")
            time.sleep(timeout)
        if self._held:
            return False
        self._held = True
        return True

    def release(self):
        if not self._held:
            raise RuntimeError("release unlocked lock")
        self._held = False

    def locked(self):
        return self._held

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *exception):
        self.release()

    def __repr__(self):
        return f"<{'locked' if self._held else 'unlocked'} lock object at {id(self):#x}>"


_Lock.__name__ = _Lock.__qualname__ = "lock"
_Lock.__module__ = "_thread"
queue._PySimpleQueue.__name__ = queue._PySimpleQueue.__qualname__ = "SimpleQueue"


def install() -> None:
    """Replaces what would fail without saying why."""
    _thread.start_new_thread = _thread.start_new = _refuse
    _thread.start_joinable_thread = threading._start_joinable_thread = _refuse
    threading.Thread.start = _start
    threading.Lock = threading._allocate_lock = _Lock
    queue.SimpleQueue = queue._PySimpleQueue
    pools.ThreadPoolExecutor.submit = _submit
