# Executes code that has more names, constants, arguments and variables than any has.
#% limits: time=20s memory=400MiB
n = 20_000
for source in ("\n".join(f"x{i} = {i}.5" for i in range(n)), "def f(" + ", ".join(f"a{i}" for i in range(n)) + "): pass\nf(*range(%d))" % n, "print(" + ", ".join(["''"] * 300) + ", end='', sep='')",
               "class A:\n" + "\n".join(f" def f{i}(self): pass" for i in range(n // 4)), "def f():\n global " + ", ".join(f"g{i}" for i in range(n)), "x = {" + ", ".join(f"'{i}': {i}" for i in range(n)) + "}", "from math import " + ", ".join(["pi"] * n),
               "def f():\n" + "\n".join(f" v{i} = 1" for i in range(n)) + "\nf()", "lambda " + ", ".join(f"a{i}=0" for i in range(n)) + ": 0", "a = b = " * 3000 + "1"):
    try:
        exec(source, {})
        print("run")
    except (SyntaxError, MemoryError, RecursionError) as error:
        print(type(error).__name__)
#=> run
#=> run
#=> run
#=> run
#=> run
#=> run
#=> run
#=> run
#=> run
#=> run
