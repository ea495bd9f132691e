"""Values that the program around the sandbox puts into the session."""

import __main__

from fumehood import attached, steps, values


def define(described: str, contents: bytes) -> bytes:
    """Makes variables, all of them or none, and returns the outcome as that of a step.

    `described` has the name, the kind and the length of each, in the order of `contents`."""
    try:
        made = {}
        at = 0
        for name, kind, length in values.decode(described):
            made[name] = _KINDS[kind](contents[at : at + length], name)
            at += length
        __main__.__dict__.update(made)
        return steps._completed(False, None)
    except BaseException as error:
        return steps._ended(error)


def _json(content: bytes, name: str):
    return values.decode(content.decode())


def _text(content: bytes, name: str) -> str:
    return content.decode()


def _bytes(content: bytes, name: str) -> bytes:
    return content


def _image(content: bytes, name: str):
    try:
        return attached.image(content)
    except ValueError as error:
        raise ValueError(f"`{name}`: {error}") from None


_KINDS = {"json": _json, "text": _text, "bytes": _bytes, "image": _image}
