# guest: Python tells truthfully where it runs: wasm32 and WASI
import os
import platform
import sys
import sysconfig

print(sys.platform, os.name, platform.system(), platform.machine(), platform.node(), sysconfig.get_platform())
print(os.uname().sysname, sys.byteorder, sys.implementation.name)
print(sys.version_info[:2] == (3, 15), platform.python_implementation())
print(os.sep, os.linesep == "\n", os.path.exists(sys.executable), sys.path[0] == "/usr/local/lib/python315.zip")
print(sys.flags.isolated, sys.flags.no_site, sys.flags.utf8_mode)
print(sys.dont_write_bytecode, sys._is_gil_enabled(), sys._jit.is_available())

#=> wasi posix wasi wasm32 (none) wasi-0.0.0-wasm32
#=> wasi little cpython
#=> True CPython
#=> / True False True
#=> 1 1 1
#=> True True False
