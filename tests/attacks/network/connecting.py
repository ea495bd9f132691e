# Connects to addresses of the host and of others, of every family. Nothing is reached.
import socket
reached = 0
for family in ("AF_INET", "AF_INET6", "AF_UNIX"):
    for kind in ("SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW"):
        for address in (("127.0.0.1", 22), ("169.254.169.254", 80), ("::1", 22), ("0.0.0.0", 0), "/run/x"):
            try:
                s = socket.socket(getattr(socket, family), getattr(socket, kind))
                s.settimeout(0.1)
                s.connect(address)
                reached += 1
            except (OSError, AttributeError, TypeError, ValueError):
                pass
print(reached)
for address in (("127.0.0.1", 80), ("169.254.169.254", 80), ("example.com", 443)):
    try:
        socket.create_connection(address, 0.1)
    except (OSError, AttributeError):
        print("refused")
#=> 0
#=> refused
#=> refused
#=> refused
