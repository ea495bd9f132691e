# Small stores on disk: shelve over dbm.dumb, json lines, a write-ahead journal and an atomic replace.
import dbm.dumb
import json
import os
import shelve
import tempfile
from pathlib import Path


class Journal:
    def __init__(self, path):
        self.path, self.data = Path(path), {}
        if self.path.exists():
            for line in self.path.read_text().splitlines():
                try:
                    key, value = json.loads(line)
                except json.JSONDecodeError:
                    break
                self.data[key] = value

    def set(self, key, value):
        with self.path.open("a") as file:
            file.write(json.dumps([key, value]) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.data[key] = value

    def compact(self):
        temporary = self.path.with_suffix(".tmp")
        temporary.write_text("".join(json.dumps(item) + "\n" for item in self.data.items()))
        os.replace(temporary, self.path)


with tempfile.TemporaryDirectory() as folder:
    with dbm.dumb.open(f"{folder}/plain", "c") as database:
        database["key"] = "value"
        database[b"\xff"] = b"raw"
        print(sorted(database.keys()), database["key"], database.get("none", b"-"), "key" in database)
    with shelve.Shelf(dbm.dumb.open(f"{folder}/shelf", "c"), writeback=True) as shelf:
        shelf["birds"] = ["gull"]
        shelf["birds"].append("tern")
        shelf["config"] = {"depth": (1, 2), "nothing": None}
    with shelve.Shelf(dbm.dumb.open(f"{folder}/shelf", "r")) as shelf:
        print(sorted(shelf), shelf["birds"], shelf["config"]["depth"], "nope" in shelf)
        try:
            shelf["nope"]
        except KeyError as exc:
            print("KeyError:", exc)
    journal = Journal(f"{folder}/journal.jsonl")
    for number in range(3):
        journal.set("count", number)
    journal.set("name", "Åsa")
    with open(journal.path, "a") as file:
        file.write('["torn", "wri')
    again = Journal(journal.path)
    print(again.data, len(journal.path.read_text().splitlines()))
    again.compact()
    print(journal.path.read_text().splitlines(), sorted(name.split(".")[0] for name in os.listdir(folder)))
    lines = Path(folder, "rows.jsonl")
    lines.write_text("\n".join(json.dumps({"n": n, "sq": n * n}) for n in range(3)))
    print([json.loads(line)["sq"] for line in lines.open()], lines.stat().st_size)

#=> [b'key', b'\xff'] b'value' b'-' True
#=> ['birds', 'config'] ['gull', 'tern'] (1, 2) False
#=> KeyError: b'nope'
#=> {'count': 2, 'name': 'Åsa'} 5
#=> ['["count", 2]', '["name", "\\u00c5sa"]'] ['journal', 'plain', 'plain', 'plain', 'shelf', 'shelf', 'shelf']
#=> [0, 1, 4] 53
