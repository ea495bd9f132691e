# Compiles expressions that are large, nested or repeated beyond measure.
#% limits: time=20s
import re
for pattern in ("a{60000}{60000}", "(" * 100_000 + ")" * 100_000, "(?:a|b)*" * 5_000, "[" + "a-z" * 10**5 + "]", "a{99999999999}",
                "(?P<" + "n" * 10**6 + ">x)", "(?=" * 5_000 + ")" * 5_000, "|".join(f"{n}" for n in range(50_000)), "(a)" * 10_000, "\\" * 99_999):
    try:
        re.compile(pattern)
        print("compiled")
    except (re.error, RecursionError, MemoryError, OverflowError) as error:
        print(type(error).__name__)
#=> PatternError
#=> RecursionError
#=> compiled
#=> compiled
#=> OverflowError
#=> compiled
#=> RecursionError
#=> compiled
#=> compiled
#=> PatternError
