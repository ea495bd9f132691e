# Listens for connections.
import socket
for address in (("127.0.0.1", 0), ("", 0), ("::", 0), "/tmp/socket", "\0abstract"):
    try:
        s = socket.create_server(address) if isinstance(address, tuple) else socket.socket(1)
        s.bind(address)
        print("listens")
    except (OSError, ValueError, TypeError, OverflowError):
        print("refused")
try:
    socket.socketpair()
except (OSError, AttributeError) as error:
    print("no pair")
try:
    socket.socket(fileno=3)
    print("a folder as a socket")
except OSError:
    print("no socket")
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> no pair
#=> no socket
