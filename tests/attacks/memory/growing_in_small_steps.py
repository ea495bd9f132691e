# Grows by generators, strings put together, recursion that keeps everything, tracebacks that keep frames.
#% limits: time=20s
def grow(kind):
    if kind == 0:
        return list(bytearray(10_000) for _ in iter(int, 1))
    if kind == 1:
        text = ""
        while True: text += "y" * 100_000
    if kind == 2:
        def deeper(x): return deeper(x + bytes(len(x)))
        return deeper(b"x")
    if kind == 3:
        errors = []
        while True:
            try:
                big = bytearray(10**6)
                raise ValueError
            except ValueError as error:
                errors.append(error)
                del big
                errors.append(bytearray(10**6))
    if kind == 4:
        from collections import deque
        return deque(iter(lambda: bytes(1000), 1))
    import io
    out = io.StringIO()
    while True: out.write("z" * 10**6)
for kind in range(6):
    try:
        grow(kind)
    except MemoryError:
        print(kind)
#=> 0
#=> 1
#=> 2
#=> 3
#=> 4
#=> 5
