"""HTTP/1.1 as bytes: requests as libraries write them, and answers as they read them.

What is written in two ways at once, such as a body with a length and in chunks, is refused here so that code
finds its mistake. That it cannot be sent at all is the host's doing, which frames every message by itself.
"""

import errno
import http

_HEAD = 1 << 18
"""Bytes of a request before its body. The host takes far less."""


class Malformed(OSError):
    """What was written is not one request."""

    def __init__(self, reason: str):
        super().__init__(errno.EINVAL, f"the sandbox can send HTTP requests, and this is none: {reason}")


class Request:
    """Puts a request together from what is written to a connection."""

    def __init__(self):
        self.method = ""
        self.target = ""
        self.headers: list[tuple[str, str]] = []
        self.body = bytearray()
        self.complete = False
        self._unread = bytearray()
        self._read = self._read_head
        self._left = 0

    def write(self, data) -> bool:
        """Takes more of it; whether it is complete."""
        self._unread += data
        while not self.complete and self._read():
            pass
        if self.complete and self._unread:
            raise Malformed("something follows it")
        return self.complete

    def _read_head(self) -> bool:
        end = self._unread.find(b"\r\n\r\n")
        if max(end, len(self._unread) if end < 0 else 0) > _HEAD:
            raise Malformed("its headers have no end")
        if end < 0:
            return False
        head = self._unread[:end].decode("latin-1")
        del self._unread[: end + 4]
        line, *fields = head.split("\r\n")
        parts = line.split(" ")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1.") or "\n" in head.replace("\r\n", ""):
            raise Malformed("it does not begin as one")
        self.method, self.target, _ = parts
        for field in fields:
            name, colon, value = field.partition(":")
            if not colon or not name or name != name.strip():
                raise Malformed("a header has no name")
            self.headers.append((name, value.strip(" \t")))
        self._begin_body()
        return True

    def _begin_body(self) -> None:
        lengths = self._values("content-length")
        codings = self._values("transfer-encoding")
        if codings and (lengths or [coding.lower() for coding in codings] != ["chunked"]):
            raise Malformed("its body has no one length")
        if len(lengths) > 1 or not all(text.isascii() and text.isdigit() for text in lengths):
            raise Malformed("its body has no one length")
        if codings:
            self.headers = [field for field in self.headers if field[0].lower() != "transfer-encoding"]
            self._read = self._read_size
        else:
            self._left = int(lengths[0]) if lengths else 0
            self._read = self._read_body
            self.complete = not self._left

    def _values(self, name: str) -> list[str]:
        return [value for other, value in self.headers if other.lower() == name]

    def _take(self) -> None:
        part = self._unread[: self._left]
        del self._unread[: self._left]
        self._left -= len(part)
        self.body += part

    def _read_body(self) -> bool:
        self._take()
        self.complete = not self._left
        return False

    def _line(self) -> bytes | None:
        end = self._unread.find(b"\r\n")
        if end < 0:
            if len(self._unread) > _HEAD:
                raise Malformed("a chunk has no size")
            return None
        line = bytes(self._unread[:end])
        del self._unread[: end + 2]
        return line

    def _read_size(self) -> bool:
        line = self._line()
        if line is None:
            return False
        size = line.partition(b";")[0].strip()
        if not size or size.strip(b"0123456789abcdefABCDEF"):
            raise Malformed("a chunk has no size")
        self._left = int(size, 16)
        self._read = self._read_chunk if self._left else self._read_trailer
        return True

    def _read_chunk(self) -> bool:
        if self._left:
            self._take()
        if self._left or len(self._unread) < 2:
            return False
        if self._unread[:2] != b"\r\n":
            raise Malformed("a chunk is longer than it says")
        del self._unread[:2]
        self._read = self._read_size
        return True

    def _read_trailer(self) -> bool:
        line = self._line()
        # What comes after the body has no meaning here.
        self.complete = line == b""
        return line is not None


def answer(method: str, status: int, headers: list, body: bytes) -> bytes:
    """An answer, after which the connection ends."""
    bodiless = method == "HEAD" or status in (204, 304) or status < 200
    try:
        reason = http.HTTPStatus(status).phrase
    except ValueError:
        reason = ""
    lines = [f"HTTP/1.1 {status} {reason}"]
    lines += [
        f"{name}: {value}" for name, value in headers if bodiless or name.lower() != "content-length"
    ]
    if not bodiless:
        lines.append(f"content-length: {len(body)}")
    lines.append("connection: close\r\n\r\n")
    head = "\r\n".join(lines).encode("latin-1", "replace")
    return head if bodiless else head + body
