# Opens a named pipe whose other end nobody holds, directly and through links, to block the host's
# thread for ever.
#% limits: time=2s
import os
os.symlink("pipe", "/out/link")
for path, flags in [("/data/pipe", os.O_RDONLY), ("/data/pipe", os.O_WRONLY), ("/data/pipe", os.O_RDWR),
                    ("/data/pipe", os.O_RDONLY | os.O_NONBLOCK), ("/data/./pipe", os.O_RDONLY),
                    ("/data/pipe", os.O_RDONLY | os.O_CREAT), ("/data/pipe", os.O_RDONLY | os.O_NOFOLLOW),
                    ("/data/pipe/", os.O_RDONLY), ("/out/link", os.O_RDONLY)]:
    try:
        print("opened", os.open(path, flags))
    except OSError as error:
        print(type(error).__name__)
#=> PermissionError
#=> PermissionError
#=> PermissionError
#=> PermissionError
#=> PermissionError
#=> PermissionError
#=> PermissionError
#=> NotADirectoryError
#=> FileNotFoundError
