"""What makes a fresh copy of the image a session of its own."""

import __main__
import os
import random
import sys

from fumehood import steps, tools, values


def start(setup: str):
    """Takes the session's settings and returns the function that runs its steps."""
    settings = values.decode(setup)
    _seed(bytes.fromhex(settings["seed"]))
    sys.argv[:] = settings["argv"]
    os.environ.clear()
    os.environ.update(settings["env"])
    os.environ.setdefault("HOME", "/tmp")
    os.environ.setdefault("TMPDIR", "/tmp")
    tools.nesting = settings["nesting"]
    tools.request_bytes = settings["request_bytes"]
    namespace = __main__.__dict__
    namespace["final_answer"] = tools.final_answer
    for tool in settings["tools"]:
        namespace[tool["name"]] = tools.declare(**tool)
    if settings["cwd"]:
        try:
            os.chdir(settings["cwd"])
        except OSError as error:
            # There is no step yet that this could be told of; so each is told.
            return lambda source, file, error=error: steps._described(error)
    return steps.run


def _seed(seed: bytes) -> None:
    """What was random when the image was made is the same in every copy of it, until here."""
    random.seed(seed)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(memoryview(seed).cast("I").tolist())
