# An in-memory SQLite database: parameters, joins, aggregates, transactions, row factories and a custom function.
import sqlite3

db = sqlite3.connect(":memory:")
db.row_factory = sqlite3.Row
db.executescript("""
    CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE book (title TEXT, year INTEGER, price REAL, author_id INTEGER REFERENCES author(id));
""")
with db:
    db.executemany("INSERT INTO author (name) VALUES (?)", [("Le Guin",), ("Borges",), ("Nobody",)])
    db.executemany(
        "INSERT INTO book VALUES (:title, :year, :price, (SELECT id FROM author WHERE name = :by))",
        [{"title": "The Dispossessed", "year": 1974, "price": 9.5, "by": "Le Guin"},
         {"title": "The Lathe of Heaven", "year": 1971, "price": None, "by": "Le Guin"},
         {"title": "Ficciones", "year": 1944, "price": 7.25, "by": "Borges"}])

for row in db.execute("SELECT name, count(title) AS books, min(year) AS first, avg(price) AS mean FROM author "
                      "LEFT JOIN book ON author.id = author_id GROUP BY name ORDER BY books DESC, name"):
    print(dict(row))

try:
    with db:
        db.execute("INSERT INTO author (name) VALUES ('Temporary')")
        db.execute("INSERT INTO author (name) VALUES ('Borges')")
except sqlite3.IntegrityError as exc:
    print("rolled back:", exc)
print(db.execute("SELECT count(*) FROM author").fetchone()[0], db.in_transaction)

db.create_function("initials", 1, lambda text: "".join(word[0] for word in text.split()))
cursor = db.execute("SELECT initials(title) AS code, year FROM book WHERE year > ? ORDER BY year", (1950,))
print([column[0] for column in cursor.description], [tuple(row) for row in cursor])
print(db.execute("UPDATE book SET price = coalesce(price, 5) * 2").rowcount, db.execute("SELECT sum(price) FROM book").fetchone()[0])
ranked = db.execute("SELECT title, rank() OVER (PARTITION BY author_id ORDER BY year) AS r FROM book ORDER BY title")
print([f"{row['title']}:{row['r']}" for row in ranked], db.execute("SELECT 'it''s', x'00ff', NULL, 1/2, 1/2.0").fetchone()[:])
db.close()

#=> {'name': 'Le Guin', 'books': 2, 'first': 1971, 'mean': 9.5}
#=> {'name': 'Borges', 'books': 1, 'first': 1944, 'mean': 7.25}
#=> {'name': 'Nobody', 'books': 0, 'first': None, 'mean': None}
#=> rolled back: UNIQUE constraint failed: author.name
#=> 3 False
#=> ['code', 'year'] [('TLoH', 1971), ('TD', 1974)]
#=> 3 43.5
#=> ['Ficciones:1', 'The Dispossessed:2', 'The Lathe of Heaven:1'] ("it's", b'\x00\xff', None, 0, 0.5)
