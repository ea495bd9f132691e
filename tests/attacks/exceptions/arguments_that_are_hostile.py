# Raises exceptions with arguments, notes, names and places of the wrong types.
error = ValueError()
error.args = (1 for _ in range(3))
error.__notes__ = 5
raise error
#%% step
raise SyntaxError("text", ("/data/absolute", -5, 10**9, "line", "x", 2**40))
#%% step
raise SyntaxError("text", (5, 6, 7, 8))
#%% step
error = NameError("x" * 10**6, name=[])
raise error
#%% step
raise UnicodeDecodeError("utf-8", b"x", -10**9, 10**9, "y" * 10**6)
#%% step
raise OSError(2**40, "\x1b[2J", "/data/absolute", 5, b"\xff")
#%% step
raise ImportError("x", name=5, path=object())
#%% step
raise AttributeError("no", name="a" * 10**5, obj=range(10**9))
#% ends 1: raised ValueError | raised Exception
#% ends 2: raised SyntaxError
#% ends 3: raised SyntaxError | raised TypeError
#% ends 4: raised NameError | raised Exception
#% ends 5: raised UnicodeDecodeError
#% ends 6: raised OSError | raised TypeError | raised OverflowError | raised FileNotFoundError
#% ends 7: raised ImportError
#% ends: raised AttributeError
