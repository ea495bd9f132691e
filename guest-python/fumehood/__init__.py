"""The runtime inside the sandbox: what runs a step, and how Python reaches the host.

    door         the one call to the host, and its operations
    limits       the exceptions of limits, and how the host has one raised
    console      sys.stdout and sys.stderr
    values       the one codec: Python values to JSON, JSON to Python values
    attached     values that go beside JSON
    arrow        tables as streams of Arrow's IPC format
    tools        host functions as Python functions
    concurrency  calls that are under way at the same time
    modules      tools that are imported, with their classes
    answers      the final answer
    variables    values that the host puts into a session
    steps        running submitted code, and telling how it ended
    prompt       what an interactive prompt asks
    event_loop   asyncio without sockets
    threads      what is answered to code that wants threads
    sessions     what makes a fresh copy of the image a session

Everything here runs on the guest's side of the wall: code in the sandbox can change it, and harms
only itself by that. Whatever has to hold is held by the host.
"""

from fumehood.limits import (
    Cancelled,
    CpuTimeLimitExceeded,
    FuelLimitExceeded,
    LimitExceeded,
    OutputLimitExceeded,
    TimeLimitExceeded,
    ToolCallLimitExceeded,
)
from fumehood.tools import ToolArgumentError, ToolError
from fumehood.answers import final_answer
from fumehood.concurrency import parallel
from fumehood.modules import Err, Ok, Some

__all__ = [
    "Cancelled",
    "CpuTimeLimitExceeded",
    "Err",
    "FuelLimitExceeded",
    "LimitExceeded",
    "Ok",
    "OutputLimitExceeded",
    "Some",
    "TimeLimitExceeded",
    "ToolArgumentError",
    "ToolCallLimitExceeded",
    "ToolError",
    "final_answer",
    "parallel",
]
