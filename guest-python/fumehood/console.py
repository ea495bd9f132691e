"""`sys.stdout` and `sys.stderr`, which print a line as soon as it is complete.

They write to the descriptors 1 and 2, which the host takes. Nothing of them is written in Python: an
interruption in the middle of a write would make the buffer believe that nothing was written.
"""

import io
import sys


def _open(descriptor: int, name: str) -> io.TextIOWrapper:
    raw = io.FileIO(descriptor, "wb", closefd=False)
    raw.name = name
    buffered = io.BufferedWriter(raw, 64 * 1024)
    text = io.TextIOWrapper(
        buffered, "utf-8", "backslashreplace", newline="\n", line_buffering=True
    )
    text.mode = "w"
    return text


def install() -> None:
    """Replaces the standard streams."""
    sys.stdout = sys.__stdout__ = _open(1, "<stdout>")
    sys.stderr = sys.__stderr__ = _open(2, "<stderr>")


def flush() -> None:
    """Prints what a program left in its buffers."""
    for name in ("stdout", "stderr", "__stdout__", "__stderr__"):
        try:
            getattr(sys, name).flush()
        except Exception:
            # The program may have closed, replaced or deleted it.
            pass
