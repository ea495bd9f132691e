# Extending SQLite from Python: functions, aggregates, window functions, collations, adapters, converters and blobs.
import re
import sqlite3
from datetime import date
from decimal import Decimal

sqlite3.register_adapter(Decimal, str)
sqlite3.register_adapter(date, date.isoformat)
sqlite3.register_converter("decimal", lambda raw: Decimal(raw.decode()))
sqlite3.register_converter("day", lambda raw: date.fromisoformat(raw.decode()))


class Median:
    def __init__(self):
        self.values = []

    def step(self, value):
        if value is not None:
            self.values.append(value)

    def finalize(self):
        ordered = sorted(self.values)
        middle = len(ordered) // 2
        return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


class Product:
    def __init__(self):
        self.total = 1

    def step(self, n):
        self.total *= n

    def inverse(self, n):
        self.total //= n

    def value(self):
        return self.total

    finalize = value


db = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES)
db.create_function("regexp", 2, lambda pattern, text: bool(re.search(pattern, text or "")), deterministic=True)
db.create_function("slug", -1, lambda *parts: "-".join(map(str, parts)).lower())
db.create_aggregate("median", 1, Median)
db.create_collation("by_length", lambda a, b: (len(a) > len(b)) - (len(a) < len(b)))
db.execute("CREATE TABLE sale (item TEXT, price decimal, sold day, data BLOB)")
db.executemany("INSERT INTO sale VALUES (?, ?, ?, ?)", [
    ("Green Tea", Decimal("4.50"), date(2024, 2, 29), b"\x00\x01"), ("mug", Decimal("12"), date(2024, 3, 1), None),
    ("Teapot", None, date(2024, 3, 2), memoryview(b"xyz"))])
query = "SELECT item, price, sold FROM sale WHERE item REGEXP '(?i)tea' ORDER BY item COLLATE by_length"
print(db.execute(query).fetchall())
print(db.execute("SELECT slug('A', 1, item) FROM sale LIMIT 1").fetchone())
print(db.execute("SELECT median(length(item)) FROM sale").fetchone())
print(db.execute("SELECT sum(price), typeof(price), max(sold) AS 'last [day]' FROM sale WHERE price NOT NULL").fetchone())
print([type(data).__name__ for data, in db.execute("SELECT data FROM sale")])
print(db.execute("SELECT hex(data) FROM sale").fetchall()[2])
db.create_window_function("product", 1, Product)
numbers = "WITH n(value) AS (VALUES (2), (3), (5))"
print(db.execute(f"{numbers} SELECT product(value) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM n").fetchall())
try:
    db.execute("SELECT median(price, 2) FROM sale")
except sqlite3.OperationalError as exc:
    print("OperationalError:", exc)

#=> [('Teapot', None, datetime.date(2024, 3, 2)), ('Green Tea', Decimal('4.5'), datetime.date(2024, 2, 29))]
#=> ('a-1-green tea',)
#=> (6,)
#=> (16.5, 'integer', datetime.date(2024, 3, 1))
#=> ['bytes', 'NoneType', 'bytes']
#=> ('78797A',)
#=> [(2,), (6,), (15,)]
#=> OperationalError: wrong number of arguments to function median()
