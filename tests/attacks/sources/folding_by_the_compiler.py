# Has the compiler compute what is constant: powers, repetitions, shifts, formats. It does so for small
# results; the rest is computed by the code, and limited there.
#% limits: time=300ms memory=160MiB
for source in ("2 ** 10 ** 10", "'a' * 10 ** 9", "(1,) * 10 ** 9", "1 << 10 ** 9", "((2 ** 60) ** 60) ** 60", "'%1000000000d' % 1", "-(2 ** 100) ** 1000"):
    compile(source, "s", "eval")
print("compiled")
9 ** 9 ** 9
#=> compiled
#% ends: limit time_ms
#% session: either
