# Calls tools from where no program does: finalisers, comparisons, sorting keys, reprs, import hooks,
# signal handlers, trace functions, decorators of classes, `__del__` at collection.
import gc, signal, sys
calls = []
def call(where):
    calls.append(where)
    return echo(where)
class Odd:
    def __del__(self): call("del")
    def __repr__(self): return call("repr")
    def __eq__(self, other): return call("eq") == "eq"
    def __lt__(self, other): return call("lt") == ""
    def __hash__(self): return len(call("hash"))
    def __getattr__(self, name): return call("getattr")
    def __format__(self, spec): return call("format")
    def __index__(self): return len(call("index"))
repr(Odd()), Odd() == 1, sorted([Odd(), Odd()]), {Odd(): 1}, Odd().x, f"{Odd()}", [1] * Odd()
signal.signal(signal.SIGTERM, lambda *a: call("signal"))
signal.raise_signal(signal.SIGTERM)
class Finder:
    def find_spec(self, *a):
        call("import")
sys.meta_path.insert(0, Finder())
try:
    import nothing_of_this_name
except ImportError:
    pass
del sys.meta_path[0]
sys.settrace(lambda *a: call("trace") and None)
(lambda: None)()
sys.settrace(None)
odd = Odd()
odd.odd = odd
del odd
gc.collect()
print(sorted(set(calls)), len(calls) == calls.count("del") + len([c for c in calls if c != "del"]))
#=> ['del', 'eq', 'format', 'getattr', 'hash', 'import', 'index', 'lt', 'repr', 'signal', 'trace'] True
