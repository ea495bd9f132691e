"""HTTP for code that has been granted it: sockets that send requests through the host.

Libraries differ in how they write a request, and agree in that they write it to a socket. So the sockets are
what is replaced. One takes the bytes of a request and reads them; the host checks the request, sends it, and
answers; and the socket gives that out as the bytes of an answer. Nothing else can be said through it, and there
is one request to a connection. Names are looked up by the host: here, a name stands for its own address.

In a session without a grant nothing of this is in the way. The libraries that need it are imported while the
image is made and are set aside, so that a session with a grant has them at once.
"""

import asyncio
import errno
import importlib
import socket
import sys
import types

from fumehood import concurrency, tls, tools, wire

_ABSENT = (
    "the sandbox has no network; whoever runs this code can grant it HTTP to some hosts, and other things "
    "come in as tools and granted folders"
)

_ONLY_HTTP = "the sandbox can send HTTP requests, and do nothing else with a socket"

_sender: str | None = None
"""The host function that sends a request, if the session has been granted one. What it answers is described by
the host's `HttpTool`."""

_set_aside: dict[str, types.ModuleType] = {}
"""Modules that need a network, which sessions with a grant have."""

_submodules: list[tuple[types.ModuleType, str, types.ModuleType]] = []
"""Those of them that belong to packages which every session has."""

_LIBRARIES = (
    "ssl", "http.client", "urllib.request", "http.cookiejar", "requests", "httpx", "anyio._backends._asyncio",
)


# Requests ---------------------------------------------------------------------------------------------


class _Connection:
    """What is written to one place, and the answer to it."""

    def __init__(self, host: str, port: int):
        self.host = host
        self.port = port
        self.secure = False
        self.ended = False
        self._request = wire.Request()
        self._began = False
        self._answer = memoryview(b"")
        self._failure: OSError | None = None

    def write(self, data) -> dict | None:
        """Takes bytes. The request that they complete, if they do."""
        data = memoryview(data).cast("B")
        if not data:
            return None
        if self.ended:
            raise BrokenPipeError(errno.EPIPE, "the connection has ended")
        if not self._began:
            self._began = True
            if data[:1] == tls.HELLO:
                self.secure = True
                data = data[1:]
        if not data or not self._request.write(data):
            return None
        self.ended = True
        return self._asked()

    def _asked(self) -> dict:
        request = self._request
        if not request.target.startswith("/") and request.target != "*":
            raise wire.Malformed("it is meant for a proxy, and the sandbox has none")
        scheme, usual = ("https", 443) if self.secure else ("http", 80)
        host = f"[{self.host}]" if ":" in self.host else self.host
        place = host if self.port == usual else f"{host}:{self.port}"
        return {
            "method": request.method,
            "url": f"{scheme}://{place}{request.target}",
            "headers": request.headers,
            "body": bytes(request.body),
        }

    def answered(self, answer: dict) -> None:
        """Takes what the host has answered. A failure is raised at once, but for those that one meets while
        waiting for an answer."""
        if "failure" not in answer:
            body = answer["body"]
            rendered = wire.answer(self._request.method, answer["status"], answer["headers"], body)
            self._answer = memoryview(rendered)
            return
        self._failure = _failure(answer["failure"], answer["message"])
        if not isinstance(self._failure, (TimeoutError, ConnectionResetError)):
            raise self._failure

    def read(self, size: int, keep: bool = False) -> memoryview:
        if self._failure is not None:
            raise self._failure
        if not self.ended:
            raise OSError(errno.EACCES, _ONLY_HTTP)
        part = self._answer[:size]
        if not keep:
            self._answer = self._answer[len(part) :]
        return part

    def whole(self) -> bytes:
        """All that there is to read."""
        return bytes(self.read(len(self._answer)))


def _failure(kind: str, message: str) -> OSError:
    """The exception that a library expects where a request has failed."""
    if kind in ("tls", "certificate"):
        cls = tls.SSLCertVerificationError if kind == "certificate" else tls.SSLError
        return cls(1, message)
    if kind == "resolve":
        return socket.gaierror(_constant("EAI_NONAME", -2), message)
    if kind == "timeout":
        return TimeoutError(message)
    cls, number = {
        "refused": (PermissionError, errno.EACCES),
        "connect": (ConnectionRefusedError, errno.ECONNREFUSED),
        "broken": (ConnectionResetError, errno.ECONNRESET),
        "limit": (OSError, errno.EFBIG),
    }.get(kind, (OSError, errno.EINVAL))
    return cls(number, message)


def _arguments(request: dict, timeout: float | None) -> dict:
    return request if timeout is None or timeout <= 0 else {**request, "time": timeout}


def _check_grant() -> None:
    if _sender is None:
        raise OSError(errno.ENETUNREACH, _ABSENT)


def _exchange(connection: _Connection, request: dict, timeout: float | None) -> None:
    _check_grant()
    try:
        answer = tools.call(_sender, _arguments(request, timeout), ("body",))
    except tools.ToolError as error:
        answer = {"failure": "refused", "message": str(error)}
    connection.answered(answer)


# Sockets ----------------------------------------------------------------------------------------------


_plain_socket = socket.socket
_connections: dict[int, _Connection] = {}
"""Connections by the numbers that stand for them where a file's descriptor would."""
_next_number = 1 << 20


class Socket(_plain_socket):
    """A stream socket that HTTP can be written to."""

    _number = -1

    def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
        family = socket.AF_INET if family == -1 else family
        type = socket.SOCK_STREAM if type == -1 else type
        if fileno is not None and fileno not in _connections:
            raise OSError(errno.EBADF, "Bad file descriptor")
        if family not in _FAMILIES or type != socket.SOCK_STREAM:
            # There is no such thing here, and CPython says so.
            super().__init__(family, type, 0 if proto == -1 else proto)
        self._family = family
        self._number = -1 if fileno is None else fileno
        self._timeout = None
        self._io_refs = 0
        self._closed = False

    @property
    def family(self):
        return self._family

    @property
    def type(self):
        return socket.SOCK_STREAM

    @property
    def proto(self):
        return 6

    @property
    def timeout(self):
        return self._timeout

    def __repr__(self):
        return f"<{type(self).__module__}.{type(self).__qualname__} {self._peer()}>"

    def _peer(self) -> str:
        connection = _connections.get(self._number)
        return "unconnected" if connection is None else f"to {connection.host}:{connection.port}"

    def _connection(self) -> _Connection:
        connection = _connections.get(self._number)
        if connection is None:
            raise OSError(errno.ENOTCONN, "Socket not connected")
        return connection

    def connect(self, address):
        global _next_number
        _check_grant()
        host, port = address[:2]
        if isinstance(host, (bytes, bytearray)):
            host = host.decode("ascii")
        if self._number != -1:
            raise OSError(errno.EISCONN, "Socket is connected")
        self._number = _next_number
        _next_number += 1
        _connections[self._number] = _Connection(str(host), int(port))

    def connect_ex(self, address):
        try:
            self.connect(address)
        except OSError as error:
            return error.errno
        return 0

    def fileno(self):
        return self._number

    def detach(self):
        number, self._number, self._closed = self._number, -1, True
        return number

    def _real_close(self, *args):
        _connections.pop(self._number, None)
        self._number = -1

    def __del__(self):
        self._real_close()

    def shutdown(self, how):
        self._connection()

    def write_through(self, data) -> int:
        """Sends bytes as they are, whatever a class below this makes of `send`."""
        connection = self._connection()
        request = connection.write(data)
        if request is not None:
            _exchange(connection, request, self._timeout)
        return memoryview(data).nbytes

    def read_through(self, size: int, flags: int = 0) -> bytes:
        return bytes(self._connection().read(size, bool(flags & _constant("MSG_PEEK", 2))))

    def send(self, data, flags=0):
        return self.write_through(data)

    def sendall(self, data, flags=0):
        self.write_through(data)

    def recv(self, bufsize, flags=0):
        return self.read_through(bufsize, flags)

    def recv_into(self, buffer, nbytes=0, flags=0):
        view = memoryview(buffer).cast("B")
        part = self.read_through(nbytes or len(view), flags)
        view[: len(part)] = part
        return len(part)

    def getpeername(self):
        connection = self._connection()
        return (connection.host, connection.port)

    def getsockname(self):
        return ("0.0.0.0", 0)

    def settimeout(self, value):
        if value is not None and value < 0:
            raise ValueError("Timeout value out of range")
        self._timeout = None if value is None else float(value)

    def gettimeout(self):
        return self._timeout

    def setblocking(self, flag):
        self._timeout = None if flag else 0.0

    def getblocking(self):
        return self._timeout != 0.0

    def setsockopt(self, *args):
        pass

    def getsockopt(self, level, optname, buflen=0):
        is_type = (level, optname) == (_constant("SOL_SOCKET", 1), _constant("SO_TYPE", 3))
        number = int(socket.SOCK_STREAM) if is_type else 0
        return number.to_bytes(buflen, "little") if buflen else number

    def bind(self, address):
        # Where a request comes from is the host's to say; a port of one's own is a server's.
        if address[1]:
            self.listen()

    def _unavailable(self, *args, **kwargs):
        raise OSError(errno.EACCES, _ONLY_HTTP)

    accept = dup = listen = recvfrom = recvfrom_into = recvmsg = recvmsg_into = _unavailable
    sendfile = sendmsg = sendmsg_afalg = sendto = share = _unavailable


# CPython's own name for it, which libraries show.
Socket.__name__ = Socket.__qualname__ = "socket"
Socket.__module__ = "socket"


def _constant(name: str, usual: int) -> int:
    return getattr(socket, name, usual)


_FAMILIES = frozenset({_constant("AF_INET", 1), _constant("AF_INET6", 2)})

_CONSTANTS = {
    "AF_INET6": 10, "AF_UNSPEC": 0, "AI_ADDRCONFIG": 32, "AI_PASSIVE": 1, "EAI_NONAME": -2, "IPPROTO_IPV6": 41,
    "IPPROTO_TCP": 6, "IPV6_V6ONLY": 26, "MSG_PEEK": 2, "SHUT_RD": 0, "SHUT_RDWR": 2, "SHUT_WR": 1,
    "SOL_SOCKET": 1, "SO_BROADCAST": 6, "SO_ERROR": 4, "SO_KEEPALIVE": 9, "SO_REUSEADDR": 2, "SO_TYPE": 3,
    "TCP_KEEPCNT": 6, "TCP_KEEPIDLE": 4, "TCP_KEEPINTVL": 5, "TCP_NODELAY": 1,
}
_PORTS = {"http": 80, "https": 443}


def _getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
    """A name is where it says."""
    _check_grant()
    if isinstance(host, (bytes, bytearray)):
        host = host.decode("ascii")
    if isinstance(port, (bytes, bytearray)):
        port = port.decode("ascii")
    if not host or family not in (0, *_FAMILIES) or type not in (0, socket.SOCK_STREAM):
        raise socket.gaierror(socket.EAI_NONAME, "the sandbox has no such address")
    number = _PORTS.get(port, port)
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, int(number or 0)))]


def _lookup(*args, **kwargs):
    _check_grant()
    raise socket.gaierror(socket.EAI_NONAME, "the host looks names up, and does not tell addresses")


# asyncio ----------------------------------------------------------------------------------------------


class _Transport(asyncio.Transport):
    """A connection of an event loop."""

    def __init__(self, loop, protocol, connection: _Connection, sock: Socket):
        super().__init__({"socket": sock, "peername": sock.getpeername(), "sockname": sock.getsockname()})
        self._loop = loop
        self._protocol = protocol
        self._connection = connection
        self._sock = sock
        self._closing = False
        self._paused = False
        self._unread = b""
        self._ended = False
        self._task = None

    def write(self, data):
        if self._closing:
            return
        try:
            request = self._connection.write(data)
        except OSError as error:
            self._lose(error)
        else:
            if request is not None:
                self._task = self._loop.create_task(self._exchange(request))

    async def _exchange(self, request: dict):
        try:
            _check_grant()
            try:
                answer = await concurrency.call(_sender, request, ("body",))
            except tools.ToolError as error:
                answer = {"failure": "refused", "message": str(error)}
            self._connection.answered(answer)
            self._unread = self._connection.whole()
        except OSError as error:
            self._lose(error)
        else:
            self._ended = True
            self._give()

    def _give(self):
        if self._closing or self._paused or not self._ended:
            return
        if self._unread:
            part, self._unread = self._unread, b""
            self._protocol.data_received(part)
            self._loop.call_soon(self._give)
        elif not self._protocol.eof_received():
            self._lose(None)

    def _lose(self, error):
        if self._closing:
            return
        self._closing = True
        self._sock.close()
        self._loop.call_soon(self._protocol.connection_lost, error)

    def close(self):
        if self._task is not None and not self._ended:
            self._task.cancel()
        self._lose(None)

    abort = close

    def is_closing(self):
        return self._closing

    def pause_reading(self):
        self._paused = True

    def resume_reading(self):
        if self._paused:
            self._paused = False
            self._loop.call_soon(self._give)

    def is_reading(self):
        return not self._paused and not self._closing

    def set_protocol(self, protocol):
        self._protocol = protocol

    def get_protocol(self):
        return self._protocol

    def can_write_eof(self):
        return False

    def write_eof(self):
        raise NotImplementedError

    def get_write_buffer_size(self):
        return 0

    def get_write_buffer_limits(self):
        return (0, 0)

    def set_write_buffer_limits(self, high=None, low=None):
        pass


async def _create_connection(
    self, protocol_factory, host=None, port=None, *, ssl=None, sock=None, server_hostname=None, **options
):
    """Takes the place of the method of event loops."""
    if sock is None:
        sock = Socket()
        sock.connect((host, port))
    protocol = protocol_factory()
    connection = sock._connection()
    if ssl:
        connection.write(tls.HELLO)
    transport = _Transport(self, protocol, connection, sock)
    protocol.connection_made(transport)
    return transport, protocol


async def _start_tls(self, transport, protocol, sslcontext, *, server_hostname=None, **options):
    transport._connection.write(tls.HELLO)
    transport.set_protocol(protocol)
    return transport


async def _getaddrinfo_of_loop(self, host, port, *, family=0, type=0, proto=0, flags=0):
    return _getaddrinfo(host, port, family, type, proto, flags)


# Grants -----------------------------------------------------------------------------------------------

_ASYNCIO = ("base_events", "selector_events", "sslproto", "streams")
"""Modules that have looked for `ssl` when the image was made."""


def grant(sender: str | None) -> None:
    """Has the session send requests through this function of the host, or none. What was installed for one that
    had some stays, and says that there is none any more."""
    global _sender
    _sender = sender
    if sender is not None and socket.socket is _plain_socket:
        _install()


def _install() -> None:
    for name, number in _CONSTANTS.items():
        if not hasattr(socket, name):
            setattr(socket, name, number)
    for name, function in (("getdefaulttimeout", lambda: None), ("setdefaulttimeout", lambda timeout: None)):
        if not hasattr(socket, name):
            setattr(socket, name, function)
    socket.socket = socket.SocketType = Socket
    socket.getaddrinfo = _getaddrinfo
    for name in ("gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"):
        setattr(socket, name, _lookup)
    loop = asyncio.EventLoop
    loop.create_connection = _create_connection
    loop.start_tls = _start_tls
    loop.getaddrinfo = _getaddrinfo_of_loop
    tls.install()
    sys.modules.update(_set_aside)
    for parent, child, module in _submodules:
        setattr(parent, child, module)
    ssl = sys.modules.get("ssl")
    if ssl is not None:
        for name in _ASYNCIO:
            module = sys.modules.get(f"asyncio.{name}")
            if module is not None and getattr(module, "ssl", ssl) is None:
                module.ssl = ssl


def set_aside() -> None:
    """Imports what needs a network, for sessions that will have it, and leaves the interpreter as it was.
    While the image is made."""
    before = dict(sys.modules)
    named = {name: getattr(socket, name, None) for name in dir(socket)}
    grant("")
    for name in _LIBRARIES:
        importlib.import_module(name)
    _set_aside.update({name: module for name, module in sys.modules.items() if name not in before})
    grant(None)
    for name, module in _set_aside.items():
        del sys.modules[name]
        parent, _, child = name.rpartition(".")
        if parent in before:
            _submodules.append((before[parent], child, module))
            delattr(before[parent], child)
    for name in dir(socket):
        if name not in named:
            delattr(socket, name)
        elif getattr(socket, name) is not named[name]:
            setattr(socket, name, named[name])
    loop = asyncio.EventLoop
    for name in ("create_connection", "start_tls", "getaddrinfo"):
        delattr(loop, name)
    for name in _ASYNCIO:
        module = sys.modules.get(f"asyncio.{name}")
        if getattr(module, "ssl", None) is not None and "ssl" not in before:
            module.ssl = None


def refuse() -> None:
    """Has what looks names up say that there is no network, instead of not being there."""
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"):
        setattr(socket, name, _absent)


def _absent(*args, **kwargs):
    raise OSError(errno.ENETUNREACH, _ABSENT)
