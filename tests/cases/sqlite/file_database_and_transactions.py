# SQLite on disk: two connections, commit and rollback, savepoints, isolation, backup and what the file holds.
import sqlite3
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "bank.db")
    first = sqlite3.connect(path)
    first.execute("CREATE TABLE account (owner TEXT PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0))")
    with first:
        first.executemany("INSERT INTO account VALUES (?, ?)", [("ada", 100), ("bob", 20)])
    second = sqlite3.connect(path, isolation_level=None, timeout=0)
    print(second.execute("SELECT * FROM account ORDER BY owner").fetchall(), path.read_bytes()[:15])

    first.execute("UPDATE account SET balance = balance - 30 WHERE owner = 'ada'")
    print(first.in_transaction, first.execute("SELECT sum(balance) FROM account").fetchone())
    first.rollback()
    print(first.in_transaction, second.execute("SELECT sum(balance) FROM account").fetchone())
    try:
        with first:
            first.execute("UPDATE account SET balance = balance + 50 WHERE owner = 'bob'")
            first.execute("UPDATE account SET balance = balance - 150 WHERE owner = 'ada'")
    except sqlite3.IntegrityError as exc:
        print("IntegrityError:", exc)
    print(second.execute("SELECT balance FROM account WHERE owner = 'bob'").fetchone())

    second.execute("BEGIN")
    second.execute("INSERT INTO account VALUES ('eve', 1)")
    second.execute("SAVEPOINT inner")
    second.execute("DELETE FROM account")
    print(second.execute("SELECT count(*) FROM account").fetchone(), second.total_changes)
    second.execute("ROLLBACK TO inner")
    second.execute("COMMIT")
    print([owner for owner, in first.execute("SELECT owner FROM account ORDER BY owner")])

    copy = sqlite3.connect(":memory:")
    first.backup(copy)
    copy.execute("DELETE FROM account WHERE owner = 'ada'")
    print(len(copy.execute("SELECT * FROM account").fetchall()), len(first.execute("SELECT * FROM account").fetchall()))
    dump = "\n".join(copy.iterdump())
    print(dump.count("INSERT INTO"), dump.splitlines()[0], dump.splitlines()[-1])
    print(first.execute("PRAGMA integrity_check").fetchone(), first.execute("PRAGMA page_count").fetchone()[0] >= 2)
    first.close()
    second.close()
    reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        reader.execute("DELETE FROM account")
    except sqlite3.OperationalError as exc:
        print("OperationalError:", exc)
    print(reader.execute("SELECT max(balance) FROM account").fetchone())
    reader.close()
    print(sorted(p.name for p in Path(folder).iterdir()))

#=> [('ada', 100), ('bob', 20)] b'SQLite format 3'
#=> True (90,)
#=> False (120,)
#=> IntegrityError: CHECK constraint failed: balance >= 0
#=> (20,)
#=> (0,) 4
#=> ['ada', 'bob', 'eve']
#=> 2 3
#=> 2 BEGIN TRANSACTION; COMMIT;
#=> ('ok',) True
#=> OperationalError: attempt to write a readonly database
#=> (100,)
#=> ['bank.db']
