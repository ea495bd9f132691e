"""What makes a copy of the image, or of a session, a session of its own."""

import __main__
import gc
import io
import os
import random
import sys

import fumehood
from fumehood import answers, concurrency, modules, network, steps, tools, values


def start(setup: str):
    """Takes the session's settings and returns the function that runs its steps.

    In a memory in which a session has been before, `open_files` says whether it had files open. Without
    other settings it is that session which goes on.
    """
    settings = values.decode(setup)
    if settings.get("open_files"):
        _close_files()
    if "seed" not in settings:
        return steps.run
    _seed(bytes.fromhex(settings["seed"]))
    sys.argv = settings["argv"]
    os.environ.clear()
    os.environ.update(settings["env"])
    os.environ.setdefault("HOME", "/tmp")
    os.environ.setdefault("TMPDIR", "/tmp")
    tools.nesting = settings["nesting"]
    tools.request_bytes = settings["request_bytes"]
    tools.attached_bytes = settings["attached_bytes"]
    network.grant(settings.get("http"))
    if packages := settings.get("packages"):
        _import_from(packages)
    namespace = __main__.__dict__
    namespace["final_answer"] = answers.final_answer
    if settings["tools"]:
        namespace["parallel"] = concurrency.parallel
    for tool in settings["tools"]:
        namespace[tool["name"]] = tools.declare(**tool)
    modules.declare(settings.get("modules", {}))
    # It may be one of the tools.
    fumehood.final_answer = namespace["final_answer"]
    if settings["cwd"]:
        try:
            os.chdir(settings["cwd"])
        except OSError as error:
            # There is no step yet that this could be told of; so each is told.
            return lambda source, file, error=error: steps._described(error)
    return steps.run


def _import_from(folder: str) -> None:
    """Has modules be found in a folder, after all others, that may not have been there until now."""
    if folder not in sys.path:
        sys.path.append(folder)
    sys.path_importer_cache.pop(folder, None)


def _close_files() -> None:
    """What was open then is not open any more, and its descriptors will be those of other files."""
    for file in gc.get_objects():
        if type(file) is io.FileIO and not file.closed and file.fileno() > 2:
            try:
                file.close()
            except OSError:
                # As said; but now the object knows it, too.
                pass


def _seed(seed: bytes) -> None:
    """What was random in a memory is the same in every copy of it, until here."""
    random.seed(seed)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(memoryview(seed).cast("I").tolist())
