# Reads code and constants that are cut, flipped and repeated from their stored form, and runs what comes
# of it.
#% limits: time=1s
import marshal, random
random.seed(3)
stored = marshal.dumps(compile("def f(a, b=[1, 2]):\n    return [x for x in a if x in b]\nf([1])", "x", "exec"))
kinds = set()
for n in range(3000):
    data = bytearray(stored)
    for _ in range(random.randrange(1, 6)):
        data[random.randrange(len(data))] = random.randrange(256)
    try:
        code = marshal.loads(bytes(data))
        exec(code, {})
        kinds.add("run")
    except Exception as error:
        kinds.add(type(error).__name__)
#% ends: any
#% session: either
#% after: fresh
