"""asyncio without sockets.

The loops that CPython brings wake themselves through a pair of connected sockets, which there are
none of here; nor are there threads or signals that could wake a loop. So a loop that only ever waits
for its next timer is a complete one.
"""

import asyncio
import selectors
import time


class _Timer(selectors.SelectSelector):
    """Waits for time to pass, unless a file is registered."""

    def select(self, timeout=None):
        if self.get_map():
            return super().select(timeout)
        if timeout is None:
            raise RuntimeError("deadlock: every task waits for something that nothing here can do")
        if timeout > 0:
            time.sleep(timeout)
        return []


class EventLoop(asyncio.SelectorEventLoop):
    """The loop behind `asyncio.run` in the sandbox."""

    def __init__(self):
        super().__init__(_Timer())

    def _make_self_pipe(self):
        self._internal_fds += 1

    def _close_self_pipe(self):
        self._internal_fds -= 1

    def _write_to_self(self):
        pass

    def run_in_executor(self, executor, func, *args):
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    async def shutdown_default_executor(self, timeout=None):
        pass


def install() -> None:
    """Makes it the loop that `asyncio.run` and `asyncio.new_event_loop` create."""
    asyncio.new_event_loop = asyncio.events.new_event_loop = EventLoop
    asyncio.runners.events.new_event_loop = EventLoop
    asyncio.EventLoop = EventLoop
