# Looks names up, which would tell a name server what the code knows. The last one answers what it was asked where
# nobody knows better.
import socket
for do in (lambda: socket.gethostbyname("secret.example.com"),
           lambda: socket.getaddrinfo("secret.example.com", 80),
           lambda: socket.gethostbyaddr("127.0.0.1"), lambda: socket.getnameinfo(("127.0.0.1", 80), 0),
           lambda: socket.getfqdn("secret.example.com")):
    try:
        print(do())
    except (OSError, AttributeError, NameError):
        print("refused")
#=> refused
#=> refused
#=> refused
#=> refused
#=> secret.example.com
