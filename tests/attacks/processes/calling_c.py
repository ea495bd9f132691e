# Calls functions of the C library and loads code of its own. There is nothing to load code with.
import importlib.machinery, importlib.util
for do in ("__import__('ctypes').CDLL(None)", "__import__('ctypes').pythonapi", "__import__('_ctypes')",
           "__import__('ctypes').string_at(0)", "__import__('cffi')", "__import__('_cffi_backend')",
           "__import__('_testcapi')", "__import__('_testinternalcapi')", '''__import__('_imp').create_dynamic(importlib.util.spec_from_loader("evil", None, origin="/tmp/evil.so"))''',
           "__import__('numpy').ctypeslib.load_library('x', '/')", "__import__('ctypes.util').util.find_library('c').x"):
    try:
        print(do, eval(do))
    except (ImportError, AttributeError, OSError):
        print("refused")
open("/tmp/evil.so", "wb").write(b"\x7fELF" + bytes(100))
open("/tmp/evil.wasm", "wb").write(b"\0asm\1\0\0\0")
for name in ("evil.so", "evil.wasm"):
    try:
        loader = importlib.machinery.ExtensionFileLoader("evil", "/tmp/" + name)
        importlib.util.module_from_spec(importlib.util.spec_from_loader("evil", loader))
        print("loaded")
    except (ImportError, AttributeError):
        print("refused")
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
