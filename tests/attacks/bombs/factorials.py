# Computes what grows faster than anything, in single operations: decimals and factorials.
#% limits: time=400ms
import decimal, math
decimal.getcontext().prec = 10**6
try:
    decimal.Decimal(2) ** decimal.Decimal("1e9")
    print("a decimal")
except (decimal.Overflow, MemoryError, decimal.InvalidOperation) as error:
    print(type(error).__name__)
math.factorial(10**8)
#=> Overflow
#% ends: limit time_ms
#% session: either
