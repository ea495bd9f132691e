# Reads the environment by every way Python has to it. There is what was given, and nothing of the
# host's.
import os, posix, sys, sysconfig
os.reload_environ()
print(sorted(os.environ))
print(sorted(name.decode() for name in posix.environ))
print(os.environ["GREETING"], os.getenv("PATH"), os.getenv("USER"), os.getenv("CARGO_MANIFEST_DIR"))
print(os.path.expanduser("~"), os.path.expandvars("$PATH"), sys.argv, sys.orig_argv, sys.flags.isolated)
#=> ['GREETING', 'HOME', 'TMPDIR']
#=> ['GREETING', 'HOME', 'TMPDIR']
#=> hello None None None
#=> /tmp $PATH [''] [] 1
