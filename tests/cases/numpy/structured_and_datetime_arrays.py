# requires: numpy>=2
# Structured arrays with named fields, record sorting, and datetime64 arithmetic with business days.
import numpy as np

kind = np.dtype([("name", "U8"), ("mass", "f8"), ("seen", "datetime64[D]"), ("counts", "i2", (3,))])
birds = np.array([("gull", 1.2, "2024-03-01", (1, 2, 3)), ("tern", 0.1, "2024-02-28", (0, 0, 5)),
                  ("auk", 0.9, "2024-02-29", (2, 2, 2))], dtype=kind)
print(birds["name"].tolist(), birds[birds["mass"] > 0.5]["name"].tolist(), birds["counts"].sum(axis=1).tolist())
print(np.sort(birds, order="mass")["name"].tolist(), birds[0].item()[:2])
print(kind.itemsize, kind.names, birds["counts"].shape)
birds["mass"] *= 2
birds[1]["name"] = "a name that is cut"
print(birds["mass"].tolist(), birds["name"][1], birds.dtype["seen"], birds[["name", "mass"]].dtype.names)
print((birds["seen"].max() - birds["seen"].min()))
print(birds["seen"].min().astype("datetime64[M]"), birds["seen"].argsort().tolist())

days = np.arange("2024-02-26", "2024-03-04", dtype="datetime64[D]")
print(days.size, days[3], np.is_busday(days).tolist(), np.busday_count("2024-02-01", "2024-03-01").item())
print(np.busday_offset("2024-03-01", 1), np.busday_offset("2024-03-02", 0, roll="forward"))
print(np.datetime64("NaT", "D") == np.datetime64("NaT", "D"))
moments = np.array(["2024-01-01T00:00", "2024-01-01T06:30"], dtype="datetime64[m]")
step = np.diff(moments)[0]
print(step, step / np.timedelta64(1, "h"), moments[0] + np.timedelta64(36, "h"), moments.astype("datetime64[s]")[1])
print(np.datetime64("2024-02-29") + np.timedelta64(1, "D"))
print(np.timedelta64(90, "m").astype("timedelta64[h]"), np.datetime64("1969-12-31").astype("int64"))
print(np.datetime_as_string(moments, unit="h").tolist(), days[1].item())
print(np.isnat(np.array(["NaT", "2024-01-01"], dtype="M8[D]")).tolist())

raw = np.frombuffer(b"\x01\x00\x02\x00\xff\xff", dtype="<u2")
points = np.zeros(2, dtype=[("x", "<i4"), ("y", "<i4")])
points["x"], points["y"] = [1, 2], [10, 20]
print(raw.tolist(), points.tobytes().hex(), points.view("<i4").tolist(), np.rec.array(points).y.tolist())
joined = np.array([tuple(row) for row in points.tolist()] + [(3, 30)], dtype=points.dtype)
print(joined.tolist(), joined.shape, points.dtype.fields["y"][1])
print(np.result_type(np.int16, np.float32), np.can_cast("i8", "i4"))

#=> ['gull', 'tern', 'auk'] ['gull', 'auk'] [6, 5, 6]
#=> ['tern', 'auk', 'gull'] ('gull', 1.2)
#=> 54 ('name', 'mass', 'seen', 'counts') (3, 3)
#=> [2.4, 0.2, 1.8] a name t datetime64[D] ('name', 'mass')
#=> 2 days
#=> 2024-02 [1, 2, 0]
#=> 7 2024-02-29 [True, True, True, True, True, False, False] 21
#=> 2024-03-04 2024-03-04
#=> False
#=> 390 minutes 6.5 2024-01-02T12:00 2024-01-01T06:30:00
#=> 2024-03-01
#=> 1 hours -1
#=> ['2024-01-01T00', '2024-01-01T06'] 2024-02-27
#=> [True, False]
#=> [1, 2, 65535] 010000000a0000000200000014000000 [1, 10, 2, 20] [10, 20]
#=> [(1, 10), (2, 20), (3, 30)] (3,) 4
#=> float32 False
