# SQLite's JSON functions and full-text search, with row factories and a small document store on top.
import json
import sqlite3


class Documents:
    def __init__(self):
        self.db = sqlite3.connect(":memory:")
        self.db.row_factory = sqlite3.Row
        self.db.execute("CREATE TABLE doc (id INTEGER PRIMARY KEY, body TEXT CHECK (json_valid(body)))")

    def add(self, **fields):
        return self.db.execute("INSERT INTO doc (body) VALUES (?)", (json.dumps(fields),)).lastrowid

    def find(self, **wanted):
        where = " AND ".join("json_extract(body, ?) = ?" for _ in wanted) or "1"
        values = [part for key, value in wanted.items() for part in ("$." + key.replace("__", "."), value)]
        rows = self.db.execute(f"SELECT * FROM doc WHERE {where}", values)
        return [{"id": row["id"], **json.loads(row["body"])} for row in rows]


store = Documents()
store.add(name="gull", mass=1.2, tags=["sea", "big"], home={"island": "north"})
store.add(name="tern", mass=0.1, tags=["sea"], home={"island": "south"})
store.add(name="wren", mass=0.01, tags=[], home={"island": "north"})
print([doc["name"] for doc in store.find(home__island="north")], store.find(name="tern")[0]["mass"], len(store.find()))
query = "SELECT tag.value, count(*) FROM doc, json_each(doc.body, '$.tags') AS tag GROUP BY 1 ORDER BY 1"
print([tuple(row) for row in store.db.execute(query)])
change = "json_set(body, '$.mass', 0.2, '$.seen', json('[1,2]'))"
store.db.execute(f"UPDATE doc SET body = {change} WHERE body ->> '$.name' = 'tern'")
print(store.find(name="tern")[0], store.db.execute("SELECT json_group_array(body ->> 'name') FROM doc").fetchone()[0])
try:
    store.db.execute("INSERT INTO doc (body) VALUES ('{broken')")
except sqlite3.IntegrityError as exc:
    print("IntegrityError:", exc)
row = store.db.execute("SELECT id, body -> 'home' AS home FROM doc LIMIT 1").fetchone()
print(row.keys(), row["HOME"], tuple(row), len(row), row[-1] == row["home"])

search = sqlite3.connect(":memory:")
search.execute("CREATE VIRTUAL TABLE note USING fts5(title, body, tokenize = 'porter')")
search.executemany("INSERT INTO note VALUES (?, ?)", [
    ("Gulls", "Gulls nest on cliffs and eat fish."), ("Terns", "A tern nested here; it fished all day."),
    ("Wrens", "The wren sings in the garden.")])
for words in ("nesting", "fish NOT cliffs", '"the wren"', "gar*", "title:gulls OR sing"):
    found = search.execute("SELECT title FROM note WHERE note MATCH ? ORDER BY rank, title", (words,))
    print(f"{words:<20}", [title for title, in found])
snippets = "SELECT snippet(note, 1, '[', ']', '..', 4) FROM note WHERE note MATCH 'fish' ORDER BY rowid"
print(search.execute(snippets).fetchall())

#=> ['gull', 'wren'] 0.1 3
#=> [('big', 1), ('sea', 2)]
#=> {'id': 2, 'name': 'tern', 'mass': 0.2, 'tags': ['sea'], 'home': {'island': 'south'}, 'seen': [1, 2]} ["gull","tern","wren"]
#=> IntegrityError: CHECK constraint failed: json_valid(body)
#=> ['id', 'home'] {"island":"north"} (1, '{"island":"north"}') 2 True
#=> nesting              ['Gulls', 'Terns']
#=> fish NOT cliffs      ['Terns']
#=> "the wren"           ['Wrens']
#=> gar*                 ['Wrens']
#=> title:gulls OR sing  ['Wrens', 'Gulls']
#=> [('..cliffs and eat [fish].',), ('..it [fished] all day.',)]
