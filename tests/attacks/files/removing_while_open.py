# Goes on writing to files that have no name any more, which no listing shows; they count as bytes, and
# go with the session.
#% limits: file_bytes=64KiB open_files=40
import os
kept = []
written = 0
try:
    while True:
        f = open(f"/tmp/{len(kept)}", "wb", buffering=0)
        os.unlink(f.name)
        kept.append(f)
        written += f.write(b"x" * 4096)
except OSError:
    pass
print(os.listdir("/tmp"), written == 16 * 4096, len(kept))
#=> [] True 16
