# Has the host open a file whose name is not UTF-8, which no name in WASI can be. Nothing is opened; the
# session is lost with it.
open(b"/tmp/\xff\xfe", "w")
#% ends: failed
#% session: rolled back
