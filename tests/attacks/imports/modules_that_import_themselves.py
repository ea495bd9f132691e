# Imports modules that import each other, themselves, or more of themselves without end.
import os, sys
sys.path.insert(0, "/tmp")
open("/tmp/one.py", "w").write("import two\nx = 1")
open("/tmp/two.py", "w").write("import one\nprint(hasattr(one, 'x'))")
open("/tmp/forever.py", "w").write("import sys, importlib\ndel sys.modules['forever']\nimport forever")
open("/tmp/nul.py", "wb").write(b"x = 1\0")
open("/tmp/bad.py", "wb").write(b"# -*- coding: nothing -*-\n")
open("/tmp/huge.py", "w").write("x = " + "(" * 10_000)
os.mkdir("/tmp/package")
os.symlink("package", "/tmp/package/inner")
for name in ("one", "forever", "nul", "bad", "huge", "package.inner.inner.inner.inner"):
    try:
        __import__(name)
        print(name)
    except (RecursionError, MemoryError):
        print("too deep")
    except (ImportError, SyntaxError, ValueError, KeyError) as error:
        print(type(error).__name__)
#=> False
#=> one
#=> too deep
#=> SyntaxError
#=> SyntaxError
#=> too deep
#=> ModuleNotFoundError
