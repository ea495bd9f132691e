# Reads files that every host has, by their absolute paths. None of them exists here.
paths = ["/etc/passwd", "/etc/shadow", "/home/user/.ssh/id_rsa", "/var/run/docker.sock", "/bin/sh"]
for path in paths:
    try:
        print(open(path).read())
    except OSError as error:
        print(type(error).__name__)
#=> FileNotFoundError
#=> FileNotFoundError
#=> FileNotFoundError
#=> FileNotFoundError
#=> FileNotFoundError
