"""Prepares the guest image: what is imported here, every fresh sandbox has imported.

Runs once, while the image is made, with this folder at /fumehood-source. It ends by telling the
maker where the runtime begins and what is inside.
"""

import sys

sys.path.insert(0, "/fumehood-source")

import fumehood
import fumehood.sessions, fumehood.variables
from fumehood import console, door, event_loop, limits, network, prompt, threads, values

del sys.path[0]

console.install()
limits.install()
event_loop.install()
threads.install()

# What agents' code begins with.
import asyncio, base64, bisect, calendar, collections, contextlib, copy, csv, dataclasses, datetime
import decimal, enum, fractions, functools, glob, hashlib, heapq, html, inspect, io, itertools
import json, logging, math, operator, os, pathlib, pprint, random, re, shutil, statistics, string
import tempfile, textwrap, time, traceback, types, typing, unicodedata, urllib.parse, uuid, zipfile
import zoneinfo

import numpy as np
import pandas as pd

# Made of these two, so that it comes after what has to be in place before them.
from fumehood import arrow

# Paths that are only built on the first use: the tables of the JSON reader, the formatter of data
# frames, the caches of numpy's dispatch.
pd.DataFrame({"a": [1, 2, 2], "b": [0.5, 1.5, 2.5], "c": list("xyz")}).groupby("a").b.mean().to_string()
repr(pd.DataFrame({"a": [1.0], "when": pd.to_datetime(["2024-01-02"])}).describe())
pd.read_csv(io.StringIO("a,b\n1,x\n2,y\n")).merge(pd.DataFrame({"a": [1, 2]}), on="a")
np.linalg.solve(np.eye(3), np.arange(3.0))
values.encode({"warm": [1, 2.5, None, True, "text", {"a": (1,)}], "table": pd.DataFrame({"a": [1]})}, 9)
values.decode('{"a": [1, 2.5, null, "text"]}')
arrow.read(memoryview(b"".join(arrow.write(pd.DataFrame({"a": [1, 2], "b": ["x", None]})))))
try:
    exec(compile("def inner():\n    return 1 / 0\ninner()", "<warm-up>", "exec"), {})
except ZeroDivisionError as error:
    traceback.format_exception(error)
asyncio.run(asyncio.sleep(0))

sys.path.append("/usr/local/lib/site-packages")
network.set_aside()
network.refuse()

import __main__

# Often enough for CPython to specialise the bytecode, which each session would otherwise do again.
_number = {"parameters": ["a"], "required": 1, "defaults": {}, "nullless": [], "properties": "{}"}
_settings = {
    "seed": "00" * 32, "argv": [""], "env": {"TZ": "UTC"}, "cwd": "/", "request_bytes": 1, "attached_bytes": 1, "nesting": 1,
    "tools": [{"name": f"tool_{i}", "documentation": "It does.", **_number} for i in range(3)],
}
for _ in range(20):
    run = fumehood.sessions.start(values.encode(_settings, 9))
    run("import json, math\nwarm = sum(x for x in range(10))\nprint(end='')\nwarm", "<warm-up>")
    run("1 / 0", "<warm-up>")
for name in [name for name in __main__.__dict__ if not name.startswith("__")]:
    del __main__.__dict__[name]
__main__.__dict__.pop("__file__", None)

import gc, importlib.util, itertools, linecache, sys, zipfile
import fumehood.door, fumehood.sessions, fumehood.values, fumehood.variables

# What can be imported, for prompts. Metadata says which libraries there are, and these are what to import
# of them where that is not their name.
_imports = {
    "attrs": ["attr", "attrs"],
    "beautifulsoup4": ["bs4"],
    "fonttools": ["fontTools"],
    "Jinja2": ["jinja2"],
    "MarkupSafe": ["markupsafe"],
    "matplotlib": ["matplotlib", "mpl_toolkits"],
    "pillow": ["PIL"],
    "python-dateutil": ["dateutil"],
    "PyYAML": ["yaml"],
    "scikit-learn": ["sklearn"],
}
_libraries = []
for _archive in [_path for _path in sys.path if _path.endswith(".zip")]:
    with zipfile.ZipFile(_archive) as _archive:
        for _file in _archive.namelist():
            if _file.endswith(".dist-info/METADATA"):
                _head = itertools.takewhile(bool, _archive.read(_file).decode().splitlines())
                _said = dict(_line.split(": ", 1) for _line in _head if ": " in _line)
                _name = _said["Name"]
                _modules = _imports.get(_name, [_name.replace("-", "_")])
                _missing = [_module for _module in _modules if importlib.util.find_spec(_module) is None]
                assert not _missing, f"{_name} has no {_missing}"
                _libraries.append({"name": _name, "version": _said["Version"], "modules": _modules})
assert _libraries

linecache.cache.clear()
sys.path_importer_cache.clear()
gc.collect()
gc.freeze()
fumehood.door.give_answer(
    fumehood.values.encode(
        {
            "entry": id(fumehood.sessions.start),
            "define": id(fumehood.variables.define),
            "libraries": sorted(_libraries, key=lambda library: library["name"].casefold()),
            "python": sys.version.split()[0],
            "modules": len(sys.modules),
        },
        4,
    ),
    "",
)
# A value would stay in `_`.
[globals().pop(name) for name in list(globals()) if not name.startswith("__") or name == "__main__"] and None
