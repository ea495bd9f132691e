# guest: there is no network; what code may reach comes in as tools and granted folders
import asyncio
import http.client
import socket
import urllib.error
import urllib.request

print(socket.AF_INET.name, socket.gethostname())
for attempt in (lambda: socket.socket(), lambda: socket.socketpair(), lambda: socket.create_server(("", 0))):
    try:
        attempt()
    except OSError as exc:
        print(type(exc).__name__, exc)
for attempt in (lambda: socket.create_connection(("example.test", 80), 1), lambda: socket.gethostbyname("localhost"),
                lambda: http.client.HTTPConnection("example.test").request("GET", "/"),
                lambda: urllib.request.urlopen("http://example.test/", timeout=1),
                lambda: asyncio.run(asyncio.open_connection("example.test", 80))):
    try:
        attempt()
    except (AttributeError, OSError) as exc:
        print(type(exc).__name__)
try:
    urllib.request.urlopen("https://example.test/")
except urllib.error.URLError as exc:
    print(exc)
try:
    import ssl
except ImportError as exc:
    print(type(exc).__name__)

#=> AF_INET (none)
#=> OSError [Errno 58] Not supported
#=> OSError [Errno 58] Not supported
#=> OSError [Errno 58] Not supported
#=> OSError
#=> OSError
#=> OSError
#=> URLError
#=> OSError
#=> <urlopen error unknown url type: https>
#=> ModuleNotFoundError
