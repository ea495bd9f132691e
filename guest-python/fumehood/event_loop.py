"""asyncio without sockets.

The loops that CPython brings wake themselves through a pair of connected sockets, which there are
none of here; nor are there threads or signals that could wake a loop. So a loop that only ever waits
for its next timer, and for tools that the host works on, is a complete one.
"""

import asyncio
import selectors
import time

from fumehood import concurrency

_LOOK = 0.01
"""Seconds between two looks at files, while tools are waited for as well."""


class _Waiter(selectors.SelectSelector):
    """Waits for time to pass and for tools, and for files if some are registered."""

    def select(self, timeout=None):
        files = self.get_map()
        if concurrency.waited_for:
            if files:
                timeout = _LOOK if timeout is None else min(timeout, _LOOK)
            concurrency.wait(timeout)
            return super().select(0) if files else []
        if files:
            return super().select(timeout)
        if timeout is None:
            raise RuntimeError("deadlock: every task waits for something that nothing here can do")
        if timeout > 0:
            time.sleep(timeout)
        return []


class EventLoop(asyncio.SelectorEventLoop):
    """The loop behind `asyncio.run` in the sandbox."""

    def __init__(self):
        super().__init__(_Waiter())

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
