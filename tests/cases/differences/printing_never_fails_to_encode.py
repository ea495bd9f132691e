# guest: sys.stdout escapes what UTF-8 cannot express, where other machines raise UnicodeEncodeError
# What a program printed before it went wrong should not be lost to a lone surrogate.
import io
import sys

print(sys.stdout.encoding, sys.stdout.errors, sys.stderr.errors, sys.stdout.line_buffering)
print("a lone surrogate: \ud83d", "a whole character: \U0001f600", b"caf\xe9".decode("utf-8", "surrogateescape"))
try:
    io.TextIOWrapper(io.BytesIO(), "utf-8").write("\ud83d")
except UnicodeEncodeError as exc:
    print("files are strict, as anywhere:", exc.reason)

#=> utf-8 backslashreplace backslashreplace True
#=> a lone surrogate: \ud83d a whole character: 😀 caf\udce9
#=> files are strict, as anywhere: surrogates not allowed
