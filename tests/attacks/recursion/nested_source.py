# Compiles source that is nested deeper than any program: brackets, operators, blocks, functions,
# strings in strings.
#% limits: time=30s memory=400MiB
sources = ["(" * 100_000 + ")" * 100_000, "[" * 5000, "-" * 100_000 + "1", "not " * 50_000 + "1", "+".join(["1"] * 20_000), "a" + ".a" * 20_000,
           "a" + "()" * 20_000, "a" + "[0]" * 20_000, "lambda:" * 10_000 + "0", "if 1: pass\n" + "elif 1: pass\n" * 20_000, "\n".join(" " * n + "if 1:" for n in range(200)) + "pass",
           "\n".join(" " * n + "def f():" for n in range(99)) + "\n" + " " * 100 + "pass", "f'{" * 300 + "1" + "}'" * 300, "f'" + "{1}" * 20_000 + "'", "x if x else " * 20_000 + "x", "**".join(["2"] * 20_000),
           "a = " * 20_000 + "1", "(a := " * 5_000 + "1" + ")" * 5_000, "try: pass\n" + "except A: pass\n" * 20_000, "[" + "[]," * 100_000 + "]", "{" * 3000 + "}" * 3000, "await " * 10_000 + "x", "yield " * 100,
           "match 1:\n case " + "[" * 1000 + "]" * 1000 + ": pass", "with " + ", ".join(["a"] * 5000) + ": pass", "@a\n" * 20_000 + "def f(): pass", "class A(" * 500, "x: " + "A[" * 3000 + "]" * 3000, "*" * 1000 + "a",
           "from " + "." * 50_000 + " import a", "import " + "a." * 50_000 + "a", "'" + "\\x41" * 100_000 + "'", "1" + "_1" * 50_000, "del " + "a," * 20_000]
kinds = {}
for source in sources:
    try:
        compile(source, "s", "exec")
        kind = "compiled"
    except (SyntaxError, RecursionError, MemoryError, ValueError, OverflowError) as error:
        kind = type(error).__name__
    kinds[kind] = kinds.get(kind, 0) + 1
print(sum(kinds.values()) == len(sources), sorted(kinds))
#=> True ['IndentationError', 'MemoryError', 'RecursionError', 'SyntaxError', 'compiled']
