# Runs code whose file names and function names are meant for whoever reads a traceback: control
# characters, ends of lines, megabytes, other files' names.
import types
for name in ("\x1b[2J\x1b[31m", "a\nTraceback (most recent call last):\n  File \"/etc/passwd\", line 1", "\0", "x" * 10**6, "\ud800", "/etc/passwd", "/data/absolute", "<string>", ""):
    try:
        code = compile("1 / 0", name, "exec")
    except (ValueError, UnicodeError) as error:
        print(type(error).__name__)
        continue
    code = code.replace(co_name=name.replace("\0", "") or "x", co_qualname="\n\n" + name)
    try:
        exec(code)
    except ZeroDivisionError as error:
        last = error
raise last
#%% step
exec(compile("def f():\n    1 / 0\nf()", "/data/absolute", "exec"))
#%% step
exec(compile("\n" * 10**6 + "1 / 0", "/data/hello.txt", "exec"))
#=> ValueError
#% ends 1: raised ZeroDivisionError
#% ends 2: raised ZeroDivisionError
#% ends: raised ZeroDivisionError
