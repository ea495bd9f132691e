# Imports compiled code that is broken, cut off, or of another version.
import marshal, importlib.util, struct, sys
sys.path.insert(0, "/tmp")
good = importlib.util.MAGIC_NUMBER + struct.pack("<3I", 0, 0, 0) + marshal.dumps(compile("x = 1", "x", "exec"))
for number, data in enumerate((good[:20], b"", b"\0" * 100, good[:16], good[:16] + b"\xff" * 50, b"\x01\x02\x03\x04" + good[4:], good[:16] + b"i\0\0\0\0", good)):
    open(f"/tmp/compiled{number}.pyc", "wb").write(data)
    try:
        __import__(f"compiled{number}")
        print("imported")
    except (ImportError, EOFError, ValueError, TypeError, SystemError) as error:
        print(type(error).__name__)
#=> EOFError
#=> ImportError
#=> ImportError
#=> EOFError
#=> ValueError
#=> ImportError
#=> ImportError
#=> imported
