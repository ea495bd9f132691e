# Lesser formats: property lists, mailboxes, netrc, marshal, quoted-printable and a pickle taken apart.
import io
import mailbox
import marshal
import netrc
import pickle
import pickletools
import plistlib
import quopri
import tempfile
from datetime import datetime
from pathlib import Path

value = {"name": "Åda", "when": datetime(2024, 2, 29, 10, 30), "data": b"\x00\xff", "list": [1, 2.5, True], "nested": {"k": -7}}
for kind in (plistlib.FMT_XML, plistlib.FMT_BINARY):
    raw = plistlib.dumps(value, fmt=kind)
    print(kind.name, raw[:8], plistlib.loads(raw) == value, len(raw) > 100)
try:
    plistlib.dumps({"x": None})
except TypeError as exc:
    print("TypeError:", exc)

with tempfile.TemporaryDirectory() as folder:
    box = mailbox.mbox(f"{folder}/inbox", create=True)
    for number, name in enumerate(("ada", "bob"), start=1):
        message = mailbox.mboxMessage()
        message["From"], message["Subject"] = f"{name}@x.test", f"letter {number}"
        message.set_payload(f"Hello from {name}\nFrom here on\n")
        message.add_flag("R")
        box.add(message)
    box.flush()
    print([(key, letter["subject"], letter.get_flags()) for key, letter in box.items()], len(box))
    box.remove(0)
    box.flush()
    box.close()
    again = mailbox.mbox(f"{folder}/inbox")
    print([letter["from"] for letter in again], again[list(again.keys())[0]].get_payload().splitlines()[-1])
    again.close()
    secrets = Path(folder, "netrc")
    secrets.write_text("machine a.test login ada password p1\ndefault login anon password none\nmacdef m\n  ls\n\n")
    entries = netrc.netrc(secrets)
    print(entries.authenticators("a.test"), entries.authenticators("other")[0])
    print(sorted(entries.hosts), list(entries.macros))

code = compile("sum(n * n for n in range(size))", "<sum>", "eval")
print(eval(marshal.loads(marshal.dumps(code)), {"size": 4}), marshal.loads(marshal.dumps((1, "é", None, {2.5: [b"x"]}))))
print(quopri.encodestring("naïve = café\n".encode()), quopri.decodestring(b"a=3Db=\nc").decode())
shared = ["same"]
raw = pickle.dumps({"a": shared, "b": shared}, protocol=4)
names = [opcode.name for opcode, _, _ in pickletools.genops(raw)]
print(names[0], names[-1], "MEMOIZE" in names, names.count("EMPTY_LIST"), len(pickletools.optimize(raw)) < len(raw))
out = io.StringIO()
pickletools.dis(pickle.dumps((1, "x"), 2), out)
print([line.split()[2] for line in out.getvalue().splitlines() if ":" in line][:4], out.getvalue().splitlines()[-1])

#=> FMT_XML b'<?xml ve' True True
#=> FMT_BINARY b'bplist00' True True
#=> TypeError: unsupported type: <class 'NoneType'>
#=> [(0, 'letter 1', 'R'), (1, 'letter 2', 'R')] 2
#=> ['bob@x.test'] >From here on
#=> ('ada', '', 'p1') anon
#=> ['a.test', 'default'] ['m']
#=> 14 (1, 'é', None, {2.5: [b'x']})
#=> b'na=C3=AFve =3D caf=C3=A9\n' a=bc
#=> PROTO STOP True 1 True
#=> ['PROTO', 'BININT1', 'BINUNICODE', 'BINPUT'] highest protocol among opcodes = 2
