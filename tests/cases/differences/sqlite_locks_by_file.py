# guest: SQLite locks a database by a file beside it, because WASI has no other locks
# One connection at a time is inside a transaction; others are told that the database is locked.
import os
import sqlite3
import tempfile

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "data.db")
    first, second = sqlite3.connect(path, timeout=0), sqlite3.connect(path, timeout=0)
    with first:
        first.execute("CREATE TABLE t (n)")
    first.execute("INSERT INTO t VALUES (1)")
    print(sorted(os.listdir(folder)))
    try:
        second.execute("SELECT count(*) FROM t").fetchone()
    except sqlite3.OperationalError as exc:
        print("OperationalError:", exc)
    first.commit()
    print(second.execute("SELECT count(*) FROM t").fetchone(), sorted(os.listdir(folder)))
    print(first.execute("PRAGMA journal_mode = WAL").fetchone(), sqlite3.threadsafety)
    first.close()
    second.close()

#=> ['data.db', 'data.db-journal', 'data.db.lock']
#=> OperationalError: database is locked
#=> (1,) ['data.db']
#=> ('delete',) 0
