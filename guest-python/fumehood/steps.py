"""Running submitted code, and telling the host how it ended."""

import __main__
import ast
import builtins
import linecache
import struct
import traceback

from fumehood import console, limits, tools, values

# A program that breaks its builtins still gets told so.
from builtins import compile, eval, exec, len, repr, str, type

_HERE = __file__.rpartition("/")[0] + "/"
"""Where the frames come from that nobody wants to see in a traceback."""

_TEXT_LIMIT = 1_000_000
"""Characters of a text that is reported: a repr, a message, a traceback; what is longer is cut."""

_JSON_LIMIT = 1_000_000
"""Characters of a value's JSON; what is longer is left out."""


def run(source: str, file: str) -> bytes:
    """Runs a step in `__main__` and returns its outcome in the form that `adapter.wat` describes."""
    # The frame of this function stays out of the namespace of the code: `exec` gets only the dict.
    try:
        present, value = _execute(source, file)
        outcome = _completed(present, value)
        console.flush()
        return outcome
    except tools._FinalAnswer:
        console.flush()
        return _completed(False, None)
    except SystemExit as error:
        console.flush()
        if error.code is None or error.code == 0:
            return _completed(False, None)
        return _raised(error)
    except BaseException as error:
        return _described(error)


def _described(error: BaseException) -> bytes:
    # The host may interrupt a step again while its exception is being described.
    for _ in range(8):
        try:
            console.flush()
            return _raised(error)
        except limits.LimitExceeded as interruption:
            error = interruption.with_traceback(None)
    return _layout_exception(type(error).__name__, ["LimitExceeded"], "", "")


def _execute(source: str, file: str) -> tuple[bool, object]:
    namespace = __main__.__dict__
    namespace["__builtins__"] = builtins
    # Tracebacks and `inspect` find the lines of the step, now and when a later step calls into it.
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    tree = compile(source, file, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    last = tree.body[-1] if tree.body else None
    if type(last) is not ast.Expr:
        exec(compile(tree, file, "exec", dont_inherit=True), namespace)
        return False, None
    del tree.body[-1]
    if tree.body:
        exec(compile(tree, file, "exec", dont_inherit=True), namespace)
    expression = compile(ast.Expression(last.value), file, "eval", dont_inherit=True)
    value = eval(expression, namespace)
    return value is not None, value


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
    cls = type(error)
    ancestry = [_name(base) for base in cls.__mro__]
    try:
        message = str(error)
    except Exception:
        message = "<exception str() failed>"
    return _layout_exception(_name(cls), ancestry, message, _traceback(error))


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
        frames = [f for f in one.stack if not f.filename.startswith(_HERE)]
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
