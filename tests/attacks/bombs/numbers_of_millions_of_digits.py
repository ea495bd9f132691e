# Raises, reads and writes numbers of millions of digits. Python refuses to read or write the long
# ones unless the code lifts that; then a limit ends it.
#% limits: time=500ms
import math, sys
for do in (lambda: int("9" * 10_000), lambda: str(10 ** 10_000), lambda: f"{10 ** 5000}", lambda: eval("1" * 5000),
           lambda: 1 << 2**40, lambda: 10.0 ** 400, lambda: math.comb(2**80, 2**70), lambda: math.perm(2**80, 2**70)):
    try:
        do()
        print("done")
    except (ValueError, OverflowError, MemoryError, SyntaxError) as error:
        print(type(error).__name__)
sys.set_int_max_str_digits(0)
int("9" * 10**7)
#=> ValueError
#=> ValueError
#=> ValueError
#=> SyntaxError
#=> OverflowError
#=> OverflowError
#=> OverflowError
#=> OverflowError
#% ends: limit time_ms
#% session: either
