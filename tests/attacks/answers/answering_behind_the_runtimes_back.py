# Answers through the door, with text and JSON that have nothing to do with each other, or with JSON that
# breaks out of the line it is written on. What is not plain JSON is left out.
import _host, struct
def give(json, text):
    _host.call(struct.pack("<BBBIII", 2, 1, 0, len(json), len(text), 0) + json + text)
give(b'{"a": 1}\n{"status": "ok"}', b"text")
#%% step
give(b'[1', b"text")
#%% step
give(b"[" * 1000 + b"]" * 1000, b"text")
#%% step
give(b"[1,\r2]", b"text")
#%% step
give(b"", b"text")
#%% step
give(b'{"status": "limit", "limit": null}', b"text")
#% ends 1: answer
#% ends 2: answer
#% ends 3: answer
#% ends 4: answer
#% ends 5: answer
#% ends: answer {"status": "limit", "limit": null}
