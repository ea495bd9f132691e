# Answers through the door that are said to be pictures, tables and files, and are not. They are plain answers.
import _host, struct
def give(kind, first, second=b""):
    _host.call(struct.pack("<BBBIII", 2, 1, kind, 2, 4, len(first)) + b"[]" + b"text" + first + second)
give(1, b"GIF89a")
#%% step
give(1, b"")
#%% step
give(2, b'{"columns": ["a"], "rows": [[1, 2]]}')
#%% step
give(2, b'{"columns": ["a"], "rows": [[1]], "more": 1}')
#%% step
give(2, b'{"columns": [1], "rows": [[1]]}')
#%% step
give(2, b'{"columns": ["a"], "rows": [[' + b"[" * 200 + b"]" * 200 + b"]]}")
#%% step
give(3, b"../../etc/passwd", b"x")
#%% step
give(3, b"", b"x")
#%% step
give(3, b"a\x1bb", b"x")
#%% step
give(3, b"n" * 300, b"x")
#% ends 1: answer []
#% ends 2: answer []
#% ends 3: answer []
#% ends 4: answer []
#% ends 5: answer []
#% ends 6: answer []
#% ends 7: answer []
#% ends 8: answer []
#% ends 9: answer []
#% ends: answer []
