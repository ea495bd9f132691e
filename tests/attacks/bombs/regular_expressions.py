# Matches an expression that takes for ever, inside of one call of C. It cannot be interrupted there: the
# second wall ends it.
#% limits: time=300ms
import re
re.match(r"(a+)+$", "a" * 50 + "b")
#% ends: limit time_ms
#% session: either
