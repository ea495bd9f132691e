# Queries: joins, common table expressions, recursion, window functions, grouping, upserts and returning.
import sqlite3

db = sqlite3.connect(":memory:")
db.executescript("""
    CREATE TABLE employee (id INTEGER PRIMARY KEY, name TEXT, boss INTEGER, dept TEXT, pay INTEGER);
    INSERT INTO employee VALUES (1, 'Ann', NULL, 'board', 900), (2, 'Bob', 1, 'lab', 500), (3, 'Cid', 1, 'shop', 400),
        (4, 'Dot', 2, 'lab', 450), (5, 'Eve', 2, 'lab', 500), (6, 'Fay', 3, 'shop', 300);
    CREATE TABLE stock (item TEXT PRIMARY KEY, count INTEGER DEFAULT 0) WITHOUT ROWID;
""")
print(db.execute("""
    WITH RECURSIVE chart(id, name, depth, path) AS (
        SELECT id, name, 0, name FROM employee WHERE boss IS NULL
        UNION ALL SELECT e.id, e.name, depth + 1, path || '/' || e.name FROM employee e JOIN chart c ON e.boss = c.id)
    SELECT depth, path FROM chart ORDER BY path""").fetchall())
for row in db.execute("""
    SELECT name, dept, pay, rank() OVER dept_pay, pay - lag(pay) OVER dept_pay, round(avg(pay) OVER (PARTITION BY dept), 1),
           sum(pay) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    FROM employee WINDOW dept_pay AS (PARTITION BY dept ORDER BY pay DESC, id) ORDER BY dept, pay DESC, id"""):
    print(row)
print(db.execute("""SELECT dept, count(*), group_concat(name, '+'), max(pay) FILTER (WHERE pay < 500) FROM employee
                    GROUP BY dept HAVING count(*) > 1 ORDER BY 2 DESC""").fetchall())
bosses = "SELECT e.name, coalesce(b.name, 'nobody') FROM employee e LEFT JOIN employee b ON e.boss = b.id WHERE e.pay > ?"
print(db.execute(bosses, (450,)).fetchall())
upsert = """INSERT INTO stock VALUES (:item, :n)
            ON CONFLICT (item) DO UPDATE SET count = count + excluded.count RETURNING count"""
print([db.execute(upsert, {"item": item, "n": n}).fetchone()[0] for item, n in (("tea", 3), ("mug", 1), ("tea", 4))])
print(db.execute("DELETE FROM employee WHERE dept = 'shop' RETURNING id, upper(name)").fetchall())
print(db.execute("""SELECT CASE WHEN pay > 600 THEN 'high' WHEN pay > 460 THEN 'mid' ELSE 'low' END AS band, count(*)
                    FROM employee GROUP BY band ORDER BY band""").fetchall())
print(db.execute("""SELECT name FROM employee WHERE name LIKE '_o%' UNION SELECT item FROM stock
                    EXCEPT SELECT 'mug' ORDER BY 1""").fetchall())
print(db.execute("""SELECT iif(1 > 2, 'a', 'b'), nullif(3, 3), printf('%05.1f', 3.14159), substr('sqlite', -3),
                    instr('abc', 'c'),
                    date('2024-02-28', '+2 days'), typeof(1.0), 7 / 2, 'a' < 'B', 'x' || NULL""").fetchone())
db.execute("CREATE VIEW lab AS SELECT name, pay FROM employee WHERE dept = 'lab'")
db.execute("CREATE INDEX by_dept ON employee (dept)")
plan = " ".join(row[3] for row in db.execute("EXPLAIN QUERY PLAN SELECT * FROM employee WHERE dept = 'lab'"))
print(db.execute("SELECT count(*) FROM lab").fetchone(), "by_dept" in plan)
schema = "SELECT type, name FROM sqlite_schema WHERE type <> 'table' AND sql NOT NULL ORDER BY 2"
print(db.execute(schema).fetchall())

#=> [(0, 'Ann'), (1, 'Ann/Bob'), (2, 'Ann/Bob/Dot'), (2, 'Ann/Bob/Eve'), (1, 'Ann/Cid'), (2, 'Ann/Cid/Fay')]
#=> ('Ann', 'board', 900, 1, None, 900.0, 900)
#=> ('Bob', 'lab', 500, 1, None, 483.3, 1400)
#=> ('Eve', 'lab', 500, 2, 0, 483.3, 950)
#=> ('Dot', 'lab', 450, 3, -50, 483.3, 850)
#=> ('Cid', 'shop', 400, 1, None, 350.0, 900)
#=> ('Fay', 'shop', 300, 2, -100, 350.0, 800)
#=> [('lab', 3, 'Bob+Dot+Eve', 450), ('shop', 2, 'Cid+Fay', 400)]
#=> [('Ann', 'nobody'), ('Bob', 'Ann'), ('Eve', 'Bob')]
#=> [3, 1, 7]
#=> [(3, 'CID'), (6, 'FAY')]
#=> [('high', 1), ('low', 1), ('mid', 2)]
#=> [('Bob',), ('Dot',), ('tea',)]
#=> ('b', None, '003.1', 'ite', 3, '2024-03-01', 'real', 3, 0, None)
#=> (3,) True
#=> [('index', 'by_dept'), ('view', 'lab')]
