# Names lengths that end behind the request, at the end of memory and beyond it, so that the host reads
# what is there.
import _host, struct
refused = 0
lengths = [2**k + d for k in range(3, 32) for d in (-1, 0, 1)] + [2**32 - k for k in range(1, 40)]
for length in lengths:
    for head in (b"\x01", b"\x01\0\0\0\0", b"\x05", b"\x05\0\0\0\0\0\0\0\0", b"\x02\x00", b"\x02\x01"):
        for rest in (b"", b"ab"):
            if length > len(rest):
                try:
                    print(len(_host.call(head + struct.pack("<I", length) + rest)))
                except OSError:
                    refused += 1
print(refused == len([n for n in lengths if n > 0]) * 12)
#=> True
