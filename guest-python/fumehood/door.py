"""The one call to the host, and its operations. `adapter.wat` is the other side of this file."""

import struct

import _host

_call = _host.call
_request = struct.Struct("<BIIIII").pack
_lengths = struct.Struct("<xII").unpack_from
_number = struct.Struct("<BI").pack
_content = struct.Struct("<BIII").pack
_time = struct.Struct("<Bq").pack
_answer = struct.Struct("<BBBIII").pack

PLAIN, IMAGE, TABLE, FILE = range(4)
"""The cases of `answer.content`."""


class HostFailure(Exception):
    """A tool call that failed; the message names the exception to raise."""


_BODY = bytes.__basicsize__ - 1
"""Where the bytes of a `bytes` object begin, from its address, which its `id` is."""


def _called(operation: int, name: str, arguments: str, attached: str, contents) -> bytes:
    name, arguments = name.encode(), arguments.encode()
    if not contents:
        return _answered(
            _request(operation, len(name), len(arguments), 0, 0, 0) + name + arguments
        )
    # One that is alone is not copied: it is its own join.
    whole, attached = b"".join(contents), attached.encode()
    where = id(whole) + _BODY
    head = _request(operation, len(name), len(arguments), len(attached), where, len(whole))
    return _answered(b"".join((head, name, arguments, attached)))


def _answered(request: bytes) -> bytes:
    try:
        return _call(request)
    except Exception:
        raise HostFailure(_call(b"\x04").decode()) from None


def call_tool(name: str, arguments: str, attached: str = "", contents=()) -> bytes:
    """What the tool answers to a JSON object of arguments, and to the bytes that go with them: see
    `parts`."""
    return _called(1, name, arguments, attached, contents)


def begin_call(name: str, arguments: str, attached: str = "", contents=()) -> int:
    """Begins such a call; its number."""
    return int.from_bytes(_called(5, name, arguments, attached, contents), "little")


def wait(seconds: float | None):
    """The numbers of calls that were begun and are done by now, or by the time that one is or that the
    seconds have passed."""
    nanoseconds = -1 if seconds is None else min(max(0, int(seconds * 1e9)), (1 << 63) - 1)
    return memoryview(_call(_time(6, nanoseconds))).cast("I").tolist()


def take_answer(number: int) -> bytes:
    """What `call_tool` would have answered."""
    return _answered(_number(7, number))


def abandon(number: int) -> None:
    """Ends a call that was begun."""
    _call(_number(8, number))


def parts(answer: bytes) -> tuple[str, str]:
    """The JSON of an answer, and what is said about its contents. Only for an answer that begins with a zero
    byte; any other is JSON and no more."""
    json, attached = _lengths(answer)
    end = 9 + json
    return answer[9:end].decode(), answer[end : end + attached].decode()


def content(position: int, length: int) -> bytes:
    """The bytes at a position of what was said about the contents of the last answer. They are given once."""
    if length < _SMALL:
        return _call(_content(9, position, 0, length))
    # The host writes them into the object itself, of which nobody else knows yet.
    whole = bytes(length)
    begin = id(whole) + _BODY
    end = begin + length
    for at in range(begin, end, _PIECE):
        _call(_content(9, position, at, min(_PIECE, end - at)))
    return whole


_SMALL = 4096
"""Bytes that are rather copied twice than made room for; those of one byte are not objects of their own."""

_PIECE = 1 << 18
"""Bytes that are written at a time: the host copies them first, which takes little as long as its processor's
cache has them."""


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
