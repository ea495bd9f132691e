"""The exceptions of limits, and how the host has one raised in running code.

At a limit the host does to the interpreter what the arrival of SIGINT would do. CPython then calls
the handler below between two instructions of the running code, and the handler raises what the host
answers to the question why. Code that never gets to the next instruction, or that catches these
exceptions and goes on, meets the second wall, which is not made of Python.
"""

import signal

from fumehood import door


class LimitExceeded(KeyboardInterrupt):
    """A limit of the sandbox was reached.

    Not an `Exception`, so that `except Exception` in a loop does not catch it. And a
    `KeyboardInterrupt`, because that is what libraries let through at once: asyncio only logs any
    other exception of a callback and goes on."""


class FuelLimitExceeded(LimitExceeded):
    """The step has executed as many instructions as it may."""


class TimeLimitExceeded(LimitExceeded):
    """The step has run as long as it may."""


class CpuTimeLimitExceeded(LimitExceeded):
    """The step has had a processor as long as it may."""


class OutputLimitExceeded(LimitExceeded):
    """The step has printed as much as it may."""


class ToolCallLimitExceeded(LimitExceeded):
    """The step has called as many tools as it may."""


class Cancelled(LimitExceeded):
    """The program around the sandbox asked for the step to end."""


for _class in (LimitExceeded, *LimitExceeded.__subclasses__()):
    _class.__module__ = "fumehood"

_CLASSES = {cls.__name__: cls for cls in LimitExceeded.__subclasses__()}


def named(text: str) -> BaseException | None:
    """The exception of this module that the host's text names, as `Name: message`."""
    name, _, message = text.partition(": ")
    cls = _CLASSES.get(name)
    return None if cls is None else cls(message)


def _interrupted(number, frame):
    text = door.interruption()
    if text:
        raise named(text) or LimitExceeded(text)


def install() -> None:
    """Has the host's interruptions raised from now on."""
    signal.signal(signal.SIGINT, _interrupted)
