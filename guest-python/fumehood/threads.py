"""What is answered to code that wants threads.

There is one thread. `threading.Thread.start` says so. Work handed to a `ThreadPoolExecutor` is done
at once by the thread that hands it over, which is what most programs mean by it; the future that
comes back is finished.
"""

import _thread
import concurrent.futures
import concurrent.futures.thread as pools
import threading

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


def install() -> None:
    """Replaces what would fail without saying why."""
    _thread.start_new_thread = _thread.start_new = _refuse
    _thread.start_joinable_thread = threading._start_joinable_thread = _refuse
    threading.Thread.start = _start
    pools.ThreadPoolExecutor.submit = _submit
