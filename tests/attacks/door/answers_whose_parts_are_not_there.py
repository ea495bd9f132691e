# Answers whose lengths say more than there is, wrap around, or are of a kind that there is not. The door refuses them.
import _host, struct
def give(kind, *lengths):
    _host.call(struct.pack("<BBBIII", 2, 1, kind, *lengths) + b"[]text")
give(0, 2, 0xFFFFFFFF, 0)
#%% step
give(0, 0xFFFFFFFF, 2, 0)
#%% step
give(1, 2, 4, 0xFFFFFFF0)
#%% step
give(3, 0x80000000, 0x80000000, 6)
#%% step
give(4, 2, 4, 0)
#%% step
give(255, 2, 4, 0)
#%% step
_host.call(b"\x02\x01\x00")
#% ends 1: raised OSError
#% ends 2: raised OSError
#% ends 3: raised OSError
#% ends 4: raised OSError
#% ends 5: raised OSError
#% ends 6: raised OSError
#% ends: raised OSError
