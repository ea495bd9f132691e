"""What an interactive prompt asks of its session: whether an input is whole, how a name may go on,
which files there are.

A question is a step, and its answer is the step's final answer. So a question leaves no name behind,
and `_` as it was.
"""

import __main__
import builtins
import codeop
import inspect
import keyword
import os
import types

from fumehood import answers, steps

_MOST_NAMES = 2000
_MOST_FILES = 1000


def answer(question: str, *arguments: str):
    """Answers one of the questions below, by its name."""
    answers.final_answer(_QUESTIONS[question](*arguments))


def _begin() -> None:
    """Has the values of steps kept from now on."""
    steps.keep_values = True


def _whole(source: str) -> bool:
    """Whether no further line is needed: the source can run, or is wrong however it goes on."""
    try:
        return codeop.compile_command(source, "<prompt>", "single") is not None
    except Exception:
        # Several statements, or a mistake.
        pass
    try:
        if codeop.compile_command(source, "<prompt>", "exec") is None:
            return False
    except Exception:
        return True
    # An indented line may be followed by more of its block, until an empty line ends it.
    return not source.rpartition("\n")[2].startswith((" ", "\t"))


# Names ------------------------------------------------------------------------------------------------


def _names(text: str) -> list[str]:
    """What the last of some dotted names may become."""
    *path, beginning = text.split(".")
    try:
        names = _attributes(_value(path)) if path else _known()
    except Exception:
        return []
    # Names with an underscore are for those who ask for them.
    fitting = {
        name
        for name in names
        if isinstance(name, str)
        and name.startswith(beginning)
        and (beginning or not name.startswith("_"))
    }
    return sorted(fitting)[:_MOST_NAMES]


def _known() -> list[str]:
    return [*__main__.__dict__, *dir(builtins), *keyword.kwlist, *keyword.softkwlist]


def _value(path: list[str]):
    name, *rest = path
    space = __main__.__dict__
    value = space[name] if name in space else getattr(builtins, name)
    for name in rest:
        value = _attribute(value, name)
    return value


def _attribute(value, name: str):
    """An attribute. Libraries may compute it; a property that was written in the session may do
    anything at all, and is left alone."""
    if not _of_session(value):
        return getattr(value, name)
    found = inspect.getattr_static(value, name)
    if isinstance(found, types.MemberDescriptorType):
        return found.__get__(value)
    if hasattr(type(found), "__get__") and not isinstance(found, types.FunctionType):
        raise AttributeError(name)
    return found


def _attributes(value) -> list[str]:
    """Names of attributes. For what was written in the session, its own `__dir__` is not asked."""
    return object.__dir__(value) if _of_session(value) else dir(value)


def _of_session(value) -> bool:
    return any(cls.__module__ == "__main__" for cls in type(value).__mro__)


# Files ------------------------------------------------------------------------------------------------


def _files(folder: str) -> dict:
    """What is in a folder: paths with their sizes, folders without; and whether there is more."""
    listed = []
    for path, folders, files in os.walk(folder):
        folders.sort()
        listed += [(os.path.join(path, name) + "/", None) for name in folders]
        listed += [_file(os.path.join(path, name)) for name in sorted(files)]
        if len(listed) > _MOST_FILES:
            break
    return {"entries": sorted(listed[:_MOST_FILES]), "more": len(listed) > _MOST_FILES}


def _file(path: str):
    try:
        return path, os.lstat(path).st_size
    except OSError:
        return path, None


_QUESTIONS = {"begin": _begin, "whole": _whole, "names": _names, "files": _files}
