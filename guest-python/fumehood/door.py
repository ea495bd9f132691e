"""The one call to the host, and its operations. `adapter.wat` is the other side of this file."""

import struct

import _host

_call = _host.call
_size = struct.Struct("<I").pack
_answer = struct.Struct("<BBBIII").pack

PLAIN, IMAGE, TABLE, FILE = range(4)
"""The cases of `answer.content`."""


class HostFailure(Exception):
    """A tool call that failed; the message names the exception to raise."""


def call_tool(name: str, arguments: str) -> str:
    """The JSON that the tool answers to a JSON object of arguments."""
    encoded = name.encode()
    request = b"\x01" + _size(len(encoded)) + encoded + arguments.encode()
    try:
        return _call(request).decode()
    except Exception:
        raise HostFailure(_call(b"\x04").decode()) from None


def give_answer(
    json: str | None, text: str, content: int = PLAIN, first: bytes = b"", second: bytes = b""
) -> None:
    """Hands the final answer over. Only a file has two parts, its name and its contents."""
    parts = (b"" if json is None else json.encode(), text.encode("utf-8", "backslashreplace"), first)
    head = _answer(2, json is not None, content, *map(len, parts))
    _call(b"".join((head, *parts, second)))


def interruption() -> str:
    """What the interrupted code has to raise, or nothing."""
    return _call(b"\x03").decode()
