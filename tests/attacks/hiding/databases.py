# Has a database compute a sum over all numbers, which its own virtual machine does.
#% limits: time=300ms
import sqlite3
sqlite3.connect(":memory:").execute("with recursive n(i) as (select 1 union all select i + 1 from n) select sum(i) from n").fetchall()
#% ends: limit time_ms
#% session: rolled back
