"""Running submitted code, and telling the host how it ended."""

import __main__
import ast
import asyncio
import builtins
import inspect
import linecache
import struct
import traceback

from asyncio import _set_running_loop

from fumehood import console, limits, tools, values

# A program that breaks its builtins still gets told so.
from builtins import compile, eval, exec, isinstance, issubclass, len, range, repr, str, type

_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
"""Steps may await outside of functions, as at the prompt of `python -m asyncio`."""

_HERE = __file__.rpartition("/")[0] + "/"
"""Where the frames come from that nobody wants to see in a traceback."""

_TEXT_LIMIT = 1_000_000
"""Characters of a text that is reported: a repr, a message, a traceback; what is longer is cut."""

_JSON_LIMIT = 1_000_000
"""Characters of a value's JSON; what is longer is left out."""

_CONTEXTS = 100
"""How many exceptions behind an exception are looked at for a limit."""

keep_values = False
"""Whether the value of a step stays in the session as `_`, as at CPython's own prompt."""


def run(source: str, file: str) -> bytes:
    """Runs a step in `__main__` and returns its outcome in the form that `adapter.wat` describes."""
    try:
        # The step before may have been stopped while a loop was tidying up after itself.
        _set_running_loop(None)
        present, value = _execute(source, file)
        console.flush()
        outcome = _completed(present, value)
        if keep_values and present:
            builtins._ = value
        return outcome
    except BaseException as error:
        return _ended(error)


def _ended(error: BaseException) -> bytes:
    """The outcome of a step that ended with an exception."""
    try:
        return _described(error)
    except BaseException as between:
        # The host may interrupt while an interruption is being dealt with.
        return _bare(type(between))


def _described(error: BaseException) -> bytes:
    """The outcome of a step that ended with an exception, whatever telling it does: the code may have
    given it methods of its own, there may be no memory left, the host may interrupt once more."""
    for _ in range(8):
        try:
            console.flush()
            if type(error) is tools._FinalAnswer:
                return _completed(False, None)
            if isinstance(error, SystemExit) and type(error.code) in (int, type(None)) and not error.code:
                return _completed(False, None)
            return _raised(error)
        except limits.LimitExceeded as interruption:
            if type(error) is not type(interruption):
                error = interruption
            # The context may be what takes long to tell; what was interrupted first names the line.
            error.__context__ = None
        except MemoryError as exhausted:
            if type(error) is type(exhausted):
                break
            error = exhausted.with_traceback(None)
        except BaseException:
            break
    return _bare(type(error))


def _bare(cls: type) -> bytes:
    """The outcome for an exception that cannot be described: what kind it is, and no more."""
    if issubclass(cls, limits.LimitExceeded):
        name = "fumehood." + type.__getattribute__(cls, "__name__")
        ancestry = [name, "fumehood.LimitExceeded", "KeyboardInterrupt", "BaseException", "object"]
        return _layout_exception(name, ancestry, "", name + "\n")
    if issubclass(cls, KeyboardInterrupt):
        # What Python's own handler raises at a limit, if the code has put it back.
        name = "KeyboardInterrupt"
        return _layout_exception(name, [name, "BaseException", "object"], "", name + "\n")
    if issubclass(cls, MemoryError):
        return _copy(_OUT_OF_MEMORY)
    return _copy(_UNDESCRIBED)


def _copy(outcome: bytes) -> bytes:
    """An outcome of its own for each step: the adapter writes addresses into what it is given."""
    return memoryview(outcome).tobytes()


def _execute(source: str, file: str) -> tuple[bool, object]:
    namespace = __main__.__dict__
    namespace["__builtins__"] = builtins
    # Tracebacks and `inspect` find the lines of the step, now and when a later step calls into it.
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    tree = compile(source, file, "exec", ast.PyCF_ONLY_AST | _AWAIT, dont_inherit=True)
    last = tree.body[-1] if tree.body else None
    expression = None
    if type(last) is ast.Expr:
        del tree.body[-1]
        expression = compile(ast.Expression(last.value), file, "eval", _AWAIT, dont_inherit=True)
    statements = None
    if tree.body or expression is None:
        statements = compile(tree, file, "exec", _AWAIT, dont_inherit=True)
    if _awaits(statements) or _awaits(expression):
        value = asyncio.run(_awaited(statements, expression, namespace))
    else:
        if statements is not None:
            exec(statements, namespace)
        value = None if expression is None else eval(expression, namespace)
    return value is not None, value


def _awaits(code) -> bool:
    return code is not None and bool(code.co_flags & inspect.CO_COROUTINE)


async def _awaited(statements, expression, namespace: dict):
    """Runs the parts of a step that awaits something outside of any function, in one loop."""
    value = None
    for code in (statements, expression):
        if code is not None:
            value = eval(code, namespace)
            if _awaits(code):
                value = await value
    return None if expression is None else value


# What the host gets ---------------------------------------------------------------------------------


def _completed(present: bool, value) -> bytes:
    if not present:
        return _layout(struct.pack("<9I", 0, 0, 0, 0, 0, 0, 0, 0, 0), ())
    text = repr(value)
    try:
        json = values.encode(value, tools.nesting)
        if len(json) > _JSON_LIMIT:
            json = None
    except Exception:
        json = None
    return _layout_value(text, json)


def _raised(error: BaseException) -> bytes:
    trace = _traceback(error)
    error = _limit_behind(error) or error
    cls = type(error)
    ancestry = [_name(base) for base in cls.__mro__]
    try:
        message = str(error)
    except Exception:
        message = "<exception str() failed>"
    return _layout_exception(_name(cls), ancestry, message, trace)


def _limit_behind(error: BaseException) -> limits.LimitExceeded | None:
    """The limit at which code was interrupted, where tidying up after that has failed in turn: a
    `finally` of a library that was not made for being interrupted anywhere. What the step is told to
    have ended with is the limit. Code that raises `from` the limit, or `from None`, means what it says."""
    for _ in range(_CONTEXTS):
        if error is None or isinstance(error, limits.LimitExceeded):
            return error
        if error.__suppress_context__:
            return None
        error = error.__context__
    return None


def _name(cls: type) -> str:
    """The name of a class as CPython prints it in a traceback."""
    module = cls.__module__
    if module in ("__main__", "builtins") or not isinstance(module, str):
        return cls.__qualname__
    return f"{module}.{cls.__qualname__}"


def _traceback(error: BaseException) -> str:
    described = traceback.TracebackException.from_exception(error, compact=True)
    seen = set()
    pending = [described]
    while pending:
        one = pending.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        # A step that awaits has the frames of its loop between those of this file.
        below = next((i for i in range(len(one.stack), 0, -1) if one.stack[i - 1].filename == __file__), 0)
        frames = [f for f in one.stack[below:] if not f.filename.startswith(_HERE)]
        if frames:
            one.stack[:] = frames
        else:
            # A syntax error, or an exception that has no frame of its own: no header either.
            one.stack = None
        pending += [one.__cause__, one.__context__, *(one.exceptions or ())]
    return "".join(described.format())


# The canonical form -----------------------------------------------------------------------------------
#
# Nine words, the WIT variant `outcome`:   0 case: 0 completed, 1 raised
#   completed   1 has a value;  2, 3 repr;  4 has JSON;  5, 6 JSON
#   raised      1, 2 name;  3, 4 ancestry;  5, 6 message;  7, 8 traceback
# A text is its address and length in bytes; addresses count from the first word.

_WORDS = 9


def _encoded(text: str) -> bytes:
    if len(text) > _TEXT_LIMIT:
        half = _TEXT_LIMIT // 2
        text = f"{text[:half]}\n... {len(text) - 2 * half} characters cut ...\n{text[-half:]}"
    return text.encode("utf-8", "backslashreplace")


def _layout(body: bytes, addresses) -> bytes:
    return struct.pack(f"<{1 + len(addresses)}I", len(addresses), *addresses) + body


def _layout_value(text: str, json: str | None) -> bytes:
    rendered = _encoded(text)
    encoded = b"" if json is None else json.encode()
    at = 4 * _WORDS
    head = (0, 1, at, len(rendered), json is not None, at + len(rendered), len(encoded), 0, 0)
    return _layout(struct.pack("<9I", *head) + rendered + encoded, (8, 20))


def _layout_exception(name: str, ancestry: list[str], message: str, trace: str) -> bytes:
    texts = [_encoded(text) for text in (name, message, trace, *ancestry)]
    table = 4 * _WORDS
    at = table + 8 * len(ancestry)
    places = []
    for text in texts:
        places += (at, len(text))
        at += len(text)
    head = (1, *places[0:2], table, len(ancestry), *places[2:6])
    addresses = (4, 12, 20, 28, *range(table, table + 8 * len(ancestry), 8))
    body = struct.pack(f"<{_WORDS + 2 * len(ancestry)}I", *head, *places[6:]) + b"".join(texts)
    return _layout(body, addresses)


# What is told when there is no memory to tell it, or when telling it fails.
_OUT_OF_MEMORY = _layout_exception(
    "MemoryError", ["MemoryError", "Exception", "BaseException", "object"], "", "MemoryError\n"
)
_UNDESCRIBED = _layout_exception(
    "Exception",
    ["Exception", "BaseException", "object"],
    "an exception that cannot be described",
    "Exception: an exception that cannot be described\n",
)
