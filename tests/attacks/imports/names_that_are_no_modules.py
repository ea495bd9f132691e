# Imports names that are paths, keywords, empty, megabytes long, or have NUL in them.
import importlib
for name in ("../secret", "/etc/passwd", "..", ".", "", "a" * 10**6, "a\0b", "\ud800", "os/path", "a." * 500 + "a", "__main__.x", "/data/hello.txt", "builtins."):
    try:
        importlib.import_module(name)
        print("imported", name[:20])
    except (ImportError, ValueError, TypeError, OSError, RecursionError, UnicodeError) as error:
        print(type(error).__name__)
#=> TypeError
#=> ModuleNotFoundError
#=> TypeError
#=> TypeError
#=> ValueError
#=> ModuleNotFoundError
#=> ModuleNotFoundError
#=> ModuleNotFoundError
#=> ModuleNotFoundError
#=> RecursionError
#=> ModuleNotFoundError
#=> ModuleNotFoundError
#=> ModuleNotFoundError
