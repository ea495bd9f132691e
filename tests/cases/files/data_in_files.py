# requires: numpy>=2, pandas>=2
# Libraries that work on files: databases with their journals, archives, tables, arrays.
import os, sqlite3, tempfile, zipfile
import numpy as np
import pandas as pd

os.chdir(tempfile.mkdtemp())
database = sqlite3.connect("data.db")
database.execute("create table points (x integer primary key, y real)")
with database:
    database.executemany("insert into points values (?, ?)", ((n, n / 2) for n in range(20_000)))
try:
    with database:
        database.execute("delete from points where x >= 100")
        print(database.execute("select count(*) from points").fetchone(), os.path.exists("data.db-journal"))
        raise RuntimeError("rolled back")
except RuntimeError as error:
    print(error, database.execute("select count(*), sum(y) from points").fetchone())
database.execute("delete from points where x % 2")
database.commit()
database.execute("vacuum")
database.close()
print(sorted(os.listdir()), sqlite3.connect("data.db").execute("pragma integrity_check").fetchone())

with zipfile.ZipFile("all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.write("data.db")
    archive.writestr("notes.txt", "some notes")
with zipfile.ZipFile("all.zip", "a") as archive:
    archive.writestr("more.txt", "more")
with zipfile.ZipFile("all.zip") as archive:
    print(archive.namelist(), archive.testzip(), archive.read("notes.txt"))
    archive.extractall("unpacked")
print(open("unpacked/data.db", "rb").read() == open("data.db", "rb").read())

table = pd.DataFrame({"n": range(1000), "half": np.arange(1000) / 2, "text": ["ä,b"] * 1000})
table.to_csv("table.csv", index=False)
print(pd.read_csv("table.csv").equals(table), len(pd.read_csv("table.csv", chunksize=300).get_chunk(7)))
with open("table.csv", "a") as file:
    table.head(2).to_csv(file, header=False, index=False)
print(len(pd.read_csv("table.csv")), os.path.getsize("table.csv") > 10_000)
array = np.arange(100_000.0).reshape(100, 1000)
np.save("array.npy", array)
np.savez("arrays.npz", one=array, two=array[:2])
print(np.array_equal(np.load("array.npy"), array), np.load("arrays.npz")["two"].shape)
np.savetxt("text.txt", array[:2, :3], fmt="%g")
print(np.loadtxt("text.txt").tolist(), np.genfromtxt("text.txt")[1, 0])
#=> (100,) True
#=> rolled back (20000, 99995000.0)
#=> ['data.db'] ('ok',)
#=> ['data.db', 'notes.txt', 'more.txt'] None b'some notes'
#=> True
#=> True 7
#=> 1002 True
#=> True (2, 1000)
#=> [[0.0, 1.0, 2.0], [1000.0, 1001.0, 1002.0]] 1000.0
