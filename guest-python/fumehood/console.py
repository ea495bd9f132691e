"""`sys.stdout` and `sys.stderr`, which print through the host as the program goes on."""

import io
import sys

from fumehood import door

_PIECE = 64 * 1024
"""Bytes handed to the host at once; a long text is not copied whole a second time."""


class _Raw(io.RawIOBase):
    def __init__(self, stream: int):
        self._stream = stream
        self.name = ("<stdout>", "<stderr>")[stream]
        self.mode = "wb"

    def writable(self):
        return True

    def fileno(self):
        return self._stream + 1

    def write(self, data):
        with memoryview(data).cast("B") as view:
            for start in range(0, len(view), _PIECE):
                door.write(self._stream, bytes(view[start : start + _PIECE]))
            return len(view)


def _open(stream: int, errors: str) -> io.TextIOWrapper:
    buffered = io.BufferedWriter(_Raw(stream), _PIECE)
    text = io.TextIOWrapper(buffered, "utf-8", errors, newline="\n", line_buffering=True)
    text.mode = "w"
    return text


def install() -> None:
    """Replaces the standard streams."""
    sys.stdout = sys.__stdout__ = _open(0, "backslashreplace")
    sys.stderr = sys.__stderr__ = _open(1, "backslashreplace")


def flush() -> None:
    """Prints what a program left in its buffers."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            stream.flush()
        except Exception:
            # The program may have closed or replaced it.
            pass
