# TOML: tables, arrays of tables, dates, numbers, multi-line strings, errors, and merging configurations.
import json
import tomllib
from decimal import Decimal

TEXT = r'''
title = "Fleet"
released = 2024-02-29T07:32:00Z
[owner]
name = "Ada" # the first
"quoted key" = true
hours = { start = 08:30:00, days = [1, 2, 3,] }
[[ship]]
name = 'C:\raw'
mass = 1_000.5
tags = ["a", 'b']
[[ship]]
name = """
Two \
   lines"""
hex = 0xff
crew.captain = "Bo"
crew.size = 3
[limits]
big = 9007199254740993
inf = -inf
day = 2024-03-01
'''
data = tomllib.loads(TEXT)
print(data["title"], data["released"].isoformat(), data["owner"]["quoted key"], data["owner"]["hours"]["start"])
print(data["ship"][0], len(data["ship"]))
print(data["ship"][1], data["limits"])
print(tomllib.loads("x = 1.10", parse_float=Decimal), type(data["limits"]["day"]).__name__, list(data))


def merge(base, *others):
    result = dict(base)
    for other in others:
        for key, value in other.items():
            old = result.get(key)
            result[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


defaults = {"server": {"host": "localhost", "port": 80}, "debug": False}
override = tomllib.loads("[server]\nport = 8080\n[extra]\nx = 1")
print(json.dumps(merge(defaults, override, {"debug": True})), defaults["server"]["port"])
for source in ("x = ", "x = 1\nx = 2", "[a]\n[a]", "x = 2024-13-01", 'x = "unclosed', "x = [1, 2", "= 1",
               "a.b = 1\na = 2", "x = 01"):
    try:
        tomllib.loads(source)
        print(source, "was read")
    except tomllib.TOMLDecodeError as exc:
        print(f"{source!r:<20} {'line' in str(exc) or 'end of document' in str(exc)}")

#=> Fleet 2024-02-29T07:32:00+00:00 True 08:30:00
#=> {'name': 'C:\\raw', 'mass': 1000.5, 'tags': ['a', 'b']} 2
#=> {'name': 'Two lines', 'hex': 255, 'crew': {'captain': 'Bo', 'size': 3}} {'big': 9007199254740993, 'inf': -inf, 'day': datetime.date(2024, 3, 1)}
#=> {'x': Decimal('1.10')} date ['title', 'released', 'owner', 'ship', 'limits']
#=> {"server": {"host": "localhost", "port": 8080}, "debug": true, "extra": {"x": 1}} 80
#=> 'x = '               True
#=> 'x = 1\nx = 2'       True
#=> '[a]\n[a]'           True
#=> 'x = 2024-13-01'     True
#=> 'x = "unclosed'      True
#=> 'x = [1, 2'          True
#=> '= 1'                True
#=> 'a.b = 1\na = 2'     True
#=> 'x = 01'             True
