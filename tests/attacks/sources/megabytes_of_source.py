# Executes megabytes of source: one line, one name, one number, one string, one comment, as many lines.
#% limits: time=20s memory=700MiB
size = 1_000_000
for source in ("x = '" + "a" * 8 * size + "'", "#" * 8 * size, "x" * 4 * size + " = 1", "x = " + "1" * size, "\n" * 8 * size, "x = 1\n" * 50_000, "x = [" + "1," * 200_000 + "]", "x = " + "1 + " * 20_000 + "1", "x = 0x" + "f" * size, "x = 1e" + "9" * size, "if 1:\n" + " " * size + "pass", "x = '" + "\\N{BULLET}" * 20_000 + "'"):
    try:
        exec(source, {})
        print("run")
    except (SyntaxError, MemoryError, RecursionError, ValueError) as error:
        print(type(error).__name__)
#=> run
#=> run
#=> run
#=> SyntaxError
#=> run
#=> run
#=> run
#=> RecursionError
#=> run
#=> run
#=> run
#=> run
