# Names its exception like a limit's, after it has swallowed another limit, so that it is told as that one.
# It is told as the limit that was reached, which it was.
#% limits: output=5B time=2s
try:
    print("123456789")
    for _ in range(1000): pass
except BaseException:
    raise type("LimitExceeded", (BaseException,), {"__module__": "fumehood"})("forged")
#=> 12345
#% ends: limit output_bytes
