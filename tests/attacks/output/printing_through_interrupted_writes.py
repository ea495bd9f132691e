# Prints on in every block that runs after the interruption, deeper and deeper.
#% limits: output=3B time=300ms
def again(n):
    try:
        print("abc" * 100)
        while True: pass
    finally:
        print("def" * 100)
        again(n + 1)
again(0)
#=> abc
#% ends: limit time_ms
#% session: rolled back
