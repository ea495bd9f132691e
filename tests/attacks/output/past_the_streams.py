# Writes to the descriptors of the streams, in tiny pieces and in huge ones, and swallows the
# interruption. Nothing past the limit is kept, and the second wall ends it.
#% limits: output=8B time=300ms
import os
while True:
    try:
        for fd in (1, 2):
            os.write(fd, b"a")
            os.write(fd, b"b" * 1_000_000)
    except BaseException:
        pass
#=> abbbbbbb
#% ends: limit time_ms
#% session: rolled back
