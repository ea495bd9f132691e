"""The one call to the host, and its operations. `adapter.wat` is the other side of this file."""

import struct

import _host

_call = _host.call
_size = struct.Struct("<I").pack

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


def give_answer(json: str | None, text: str) -> None:
    """Hands the final answer over."""
    encoded = b"" if json is None else json.encode()
    head = b"\x02\x00" if json is None else b"\x02\x01"
    _call(head + _size(len(encoded)) + encoded + text.encode("utf-8", "backslashreplace"))


def interruption() -> str:
    """What the interrupted code has to raise, or nothing."""
    return _call(b"\x03").decode()
