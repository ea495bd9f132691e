# Gives files times before the beginning and after the end of every clock, and has the host read them.
import os
open("/tmp/f", "w").close()
for ns in (0, -1, 2**63 - 1, -2**63, 2**64 - 1, 2**34 * 10**9, -10**9, 10**18, 999_999_999):
    for do in (lambda: os.utime("/tmp/f", ns=(ns, ns)), lambda: os.utime("/tmp", ns=(ns, ns)),
               lambda: os.utime("/tmp/f", (ns, ns))):
        try:
            do()
        except (OSError, OverflowError):
            pass
    os.stat("/tmp/f"), os.stat("/tmp")
for value in (float("nan"), float("inf"), 1e300):
    try:
        os.utime("/tmp/f", (value, value))
        print("set")
    except (OSError, OverflowError, ValueError) as error:
        print(type(error).__name__)
print(os.listdir("/tmp"))
#=> ValueError
#=> OverflowError
#=> OverflowError
#=> ['f']
