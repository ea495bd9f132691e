# Sets variables that would change how a host's programs start. They stay in the session.
import os
for name in ("LD_PRELOAD", "PYTHONPATH", "PATH", "TMPDIR", "HOME", "GREETING"):
    os.environ[name] = "/tmp/evil"
    os.putenv(name, "/tmp/evil")
for name, value in (("A=B", "x"), ("", "x"), ("A\0", "x"), ("A", "\0"), ("\ud800", "x")):
    try:
        os.environ[name] = value
        print("set", ascii(name))
    except (ValueError, OSError, UnicodeError):
        print("refused")
print(os.environ["GREETING"])
#%% step
print(os.environ["LD_PRELOAD"])
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> /tmp/evil
#=> /tmp/evil
