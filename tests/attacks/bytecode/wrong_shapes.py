# Makes code objects whose parts do not fit each other: names that are no names, cells that are not there,
# tables of exceptions and lines that lead elsewhere.
#% limits: time=500ms
def f(a, b=1):
    try:
        return lambda: a + b
    except ValueError:
        pass
code = f.__code__
refused = 0
for change in ({"co_argcount": 100}, {"co_argcount": -1}, {"co_nlocals": 10**6}, {"co_varnames": (1, 2)}, {"co_names": (b"x",)}, {"co_freevars": ("a",) * 1000}, {"co_cellvars": (None,)}, {"co_stacksize": -5},
               {"co_stacksize": 2**31 - 1}, {"co_code": b""}, {"co_code": b"x"}, {"co_flags": -1}, {"co_flags": 0xffff}, {"co_consts": ()}, {"co_exceptiontable": b"\xff" * 100}, {"co_linetable": b"\xff" * 100}, {"co_firstlineno": -10**9}, {"co_kwonlyargcount": 2**30}):
    try:
        g = type(f)(code.replace(**change), globals(), "g", (1,), ())
        g(1)
        list(g.__code__.co_lines()), list(g.__code__.co_positions())
    except Exception as error:
        refused += 1
print(refused > 5)
#=> True
#% ends: any
#% session: either
#% after: fresh
