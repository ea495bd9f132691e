"""`_ssl`, without TLS.

The host speaks TLS, and checks certificates; it does so for every request, whatever code asks for. What `ssl`
and the libraries above it need of `_ssl` is here, so that they ask for a secure connection as they do
everywhere. All that is said to begin one is `HELLO`, which `network` understands.
"""

import os
import sys
import types

HELLO = b"\x16"
"""What is written to begin a secure connection: the byte that TLS begins with, and no request."""


class SSLError(OSError):
    """A failure of TLS."""

    library = "SSL"
    reason = None

    def __str__(self):
        return str(self.strerror if self.strerror is not None else OSError.__str__(self))


class SSLZeroReturnError(SSLError):
    """The other side has ended the connection."""


class SSLWantReadError(SSLError):
    """More has to be read."""


class SSLWantWriteError(SSLError):
    """More has to be written."""


class SSLSyscallError(SSLError):
    """The system has failed."""


class SSLEOFError(SSLError):
    """The connection has ended without saying so."""


class SSLCertVerificationError(SSLError, ValueError):
    """The certificate of the server is not one that the host trusts."""

    reason = "CERTIFICATE_VERIFY_FAILED"
    verify_code = 1
    verify_message = "the host does not trust it"


for _class in (SSLError, *SSLError.__subclasses__()):
    _class.__module__ = "ssl"


class SSLSession:
    """Of no connection: none is resumed."""


class MemoryBIO:
    """A buffer."""

    def __init__(self):
        self._bytes = bytearray()
        self._ended = False

    @property
    def pending(self) -> int:
        return len(self._bytes)

    @property
    def eof(self) -> bool:
        return self._ended and not self._bytes

    def read(self, size: int = -1) -> bytes:
        end = len(self._bytes) if size < 0 else size
        part = bytes(self._bytes[:end])
        del self._bytes[:end]
        return part

    def write(self, data) -> int:
        if self._ended:
            raise SSLError("cannot write() after write_eof()")
        self._bytes += data
        return len(data)

    def write_eof(self) -> None:
        self._ended = True


class _Connection:
    """A secure connection, as far as the guest has to do with it."""

    def __init__(self, context, owner):
        self.context = context
        self.owner = owner
        self.server_side = False
        self.session = None
        self.session_reused = False
        self._greeted = False

    def do_handshake(self) -> None:
        if not self._greeted:
            self._greeted = True
            self._send(HELLO)

    def read(self, size: int = 1024, buffer=None):
        part = self._receive(size if size > 0 else len(buffer))
        if buffer is None:
            return part
        buffer[: len(part)] = part
        return len(part)

    def write(self, data) -> int:
        self.do_handshake()
        return self._send(data)

    def pending(self) -> int:
        return 0

    def shutdown(self):
        return None

    def getpeercert(self, binary_form: bool = False):
        # The host has checked it, and keeps it.
        return None if binary_form else {}

    def get_unverified_chain(self):
        return None

    get_verified_chain = get_unverified_chain

    def cipher(self):
        return ("TLS_AES_256_GCM_SHA384", "TLSv1.3", 256)

    def shared_ciphers(self):
        return None

    def compression(self):
        return None

    def version(self) -> str:
        return "TLSv1.3"

    def selected_alpn_protocol(self):
        return None

    def group(self):
        return None

    def get_channel_binding(self, cb_type="tls-unique"):
        return None

    def verify_client_post_handshake(self):
        raise SSLError("there is no such thing here")


class _OfSocket(_Connection):
    def __init__(self, context, socket, owner):
        super().__init__(context, owner)
        self._socket = socket

    def _send(self, data) -> int:
        return self._socket.write_through(data)

    def _receive(self, size: int) -> bytes:
        return self._socket.read_through(size)


class _OfBuffers(_Connection):
    def __init__(self, context, incoming: MemoryBIO, outgoing: MemoryBIO, owner):
        super().__init__(context, owner)
        self._incoming = incoming
        self._outgoing = outgoing

    def _send(self, data) -> int:
        return self._outgoing.write(data)

    def _receive(self, size: int) -> bytes:
        part = self._incoming.read(size)
        if not part and not self._incoming.eof:
            raise SSLWantReadError(2, "The operation did not complete (read)")
        return part


class _Setting:
    """An attribute of a context that is kept and has no effect."""

    def __init__(self, first):
        self._first = first

    def __set_name__(self, owner, name):
        self._name = "_setting_" + name

    def __get__(self, context, owner=None):
        return self if context is None else context.__dict__.get(self._name, self._first)

    def __set__(self, context, value):
        context.__dict__[self._name] = value


class _SSLContext:
    """What code says about TLS, which is checked as it would be, and then for the host to decide."""

    check_hostname = _Setting(False)
    keylog_filename = _Setting(None)
    maximum_version = _Setting(-1)
    minimum_version = _Setting(-2)
    num_tickets = _Setting(2)
    options = _Setting(0x82020050)
    post_handshake_auth = _Setting(False)
    security_level = _Setting(2)
    sni_callback = _Setting(None)
    verify_flags = _Setting(0x8000)
    verify_mode = _Setting(0)
    _host_flags = _Setting(4)
    _msg_callback = _Setting(None)

    def __new__(cls, protocol=2, *args, **kwargs):
        context = object.__new__(cls)
        context.__dict__["protocol_number"] = protocol
        if protocol == 16:
            context.__dict__["_setting_verify_mode"] = 2
            context.__dict__["_setting_check_hostname"] = True
        return context

    @property
    def protocol(self):
        return self.protocol_number

    def _wrap_socket(self, sock, server_side, server_hostname=None, *, owner=None, session=None):
        _check_side(server_side)
        return _OfSocket(self, sock, owner)

    def _wrap_bio(
        self, incoming, outgoing, server_side, server_hostname=None, *, owner=None, session=None
    ):
        _check_side(server_side)
        return _OfBuffers(self, incoming, outgoing, owner)

    def load_verify_locations(self, cafile=None, capath=None, cadata=None):
        if cafile is None and capath is None and cadata is None:
            raise TypeError("cafile, capath and cadata cannot be all omitted")
        for path in (cafile, capath):
            if path is not None:
                os.stat(path)

    def load_cert_chain(self, certfile, keyfile=None, password=None):
        raise SSLError("certificates of clients are the host's; the sandbox has none")

    def set_default_verify_paths(self):
        pass

    def set_ciphers(self, ciphers):
        pass

    def set_ciphersuites(self, ciphersuites):
        pass

    def set_groups(self, groups):
        pass

    def set_ecdh_curve(self, name):
        pass

    def _set_alpn_protocols(self, protocols):
        pass

    def get_ciphers(self):
        return []

    def get_ca_certs(self, binary_form=False):
        return []

    def cert_store_stats(self):
        return {"x509": 0, "crl": 0, "x509_ca": 0}

    def session_stats(self):
        return {}


def _check_side(server_side: bool) -> None:
    if server_side:
        raise SSLError("the sandbox has no servers")


_CONSTANTS = {
    "CERT_NONE": 0, "CERT_OPTIONAL": 1, "CERT_REQUIRED": 2,
    "PROTOCOL_SSLv23": 2, "PROTOCOL_TLS": 2, "PROTOCOL_TLSv1": 3, "PROTOCOL_TLSv1_1": 4,
    "PROTOCOL_TLSv1_2": 5, "PROTOCOL_TLS_CLIENT": 16, "PROTOCOL_TLS_SERVER": 17,
    "PROTO_MINIMUM_SUPPORTED": -2, "PROTO_MAXIMUM_SUPPORTED": -1, "PROTO_SSLv3": 768,
    "PROTO_TLSv1": 769, "PROTO_TLSv1_1": 770, "PROTO_TLSv1_2": 771, "PROTO_TLSv1_3": 772,
    "OP_ALL": 0x80000050, "OP_NO_SSLv2": 0, "OP_NO_SSLv3": 0x2000000, "OP_NO_TLSv1": 0x4000000,
    "OP_NO_TLSv1_1": 0x10000000, "OP_NO_TLSv1_2": 0x8000000, "OP_NO_TLSv1_3": 0x20000000,
    "OP_CIPHER_SERVER_PREFERENCE": 0x400000, "OP_SINGLE_DH_USE": 0, "OP_SINGLE_ECDH_USE": 0,
    "OP_NO_TICKET": 0x4000, "OP_NO_COMPRESSION": 0x20000, "OP_ENABLE_MIDDLEBOX_COMPAT": 0x100000,
    "OP_IGNORE_UNEXPECTED_EOF": 0x80, "OP_ENABLE_KTLS": 0x8, "OP_LEGACY_SERVER_CONNECT": 0x4,
    "OP_NO_RENEGOTIATION": 0x40000000,
    "SSL_ERROR_SSL": 1, "SSL_ERROR_WANT_READ": 2, "SSL_ERROR_WANT_WRITE": 3,
    "SSL_ERROR_WANT_X509_LOOKUP": 4, "SSL_ERROR_SYSCALL": 5, "SSL_ERROR_ZERO_RETURN": 6,
    "SSL_ERROR_WANT_CONNECT": 7, "SSL_ERROR_EOF": 8, "SSL_ERROR_INVALID_ERROR_CODE": 10,
    "VERIFY_DEFAULT": 0, "VERIFY_CRL_CHECK_LEAF": 4, "VERIFY_CRL_CHECK_CHAIN": 12,
    "VERIFY_X509_STRICT": 0x20, "VERIFY_ALLOW_PROXY_CERTS": 0x40,
    "VERIFY_X509_TRUSTED_FIRST": 0x8000, "VERIFY_X509_PARTIAL_CHAIN": 0x80000,
    "ALERT_DESCRIPTION_CLOSE_NOTIFY": 0, "ALERT_DESCRIPTION_UNEXPECTED_MESSAGE": 10,
    "ALERT_DESCRIPTION_HANDSHAKE_FAILURE": 40, "ALERT_DESCRIPTION_BAD_CERTIFICATE": 42,
    "ALERT_DESCRIPTION_CERTIFICATE_EXPIRED": 45, "ALERT_DESCRIPTION_UNKNOWN_CA": 48,
    "ALERT_DESCRIPTION_INTERNAL_ERROR": 80, "ALERT_DESCRIPTION_UNRECOGNIZED_NAME": 112,
    "HOSTFLAG_ALWAYS_CHECK_SUBJECT": 1, "HOSTFLAG_NEVER_CHECK_SUBJECT": 32,
    "ENCODING_PEM": 1, "ENCODING_DER": 2,
    "HAS_SNI": True, "HAS_TLSv1_2": True, "HAS_TLSv1_3": True, "HAS_ECDH": True, "HAS_ALPN": True,
    "OPENSSL_VERSION_NUMBER": 0x30000000, "OPENSSL_VERSION_INFO": (3, 0, 0, 0, 0),
    "OPENSSL_VERSION": "OpenSSL 3.0.0 (in name only: the host speaks TLS)",
    "_OPENSSL_API_VERSION": (3, 0, 0, 0, 0), "_DEFAULT_CIPHERS": "DEFAULT",
}

_OBJECTS = {
    129: ("1.3.6.1.5.5.7.3.1", "serverAuth", "TLS Web Server Authentication"),
    130: ("1.3.6.1.5.5.7.3.2", "clientAuth", "TLS Web Client Authentication"),
}
"""What certificates may be for, by the numbers of OpenSSL."""


def _module() -> types.ModuleType:
    module = types.ModuleType("_ssl", "TLS, which the host speaks.")
    named = (
        SSLError, SSLZeroReturnError, SSLWantReadError, SSLWantWriteError, SSLSyscallError, SSLEOFError,
        SSLCertVerificationError, SSLSession, MemoryBIO, _SSLContext,
    )
    module.__dict__.update({cls.__name__: cls for cls in named}, **_CONSTANTS)

    def missing(name: str):
        # There is a name for each thing that OpenSSL may have been built with.
        if name.startswith("HAS_"):
            return False
        raise AttributeError(f"module '_ssl' has no attribute {name!r}")

    def described(sought, name=False):
        for number, (oid, short, long) in _OBJECTS.items():
            if sought in (number, oid, name and short, name and long):
                return number, short, long, oid
        raise ValueError(f"unknown object {sought!r}")

    def nothing():
        return ("SSL_CERT_FILE", "", "SSL_CERT_DIR", "")

    module.__getattr__ = missing
    module.txt2obj = module.nid2obj = described
    module.RAND_status = lambda: True
    module.RAND_add = lambda data, entropy: None
    module.RAND_bytes = os.urandom
    module.get_default_verify_paths = nothing
    module.get_sigalgs = lambda: []
    return module


def install() -> None:
    """Makes it what `import ssl` finds."""
    sys.modules.setdefault("_ssl", _module())
