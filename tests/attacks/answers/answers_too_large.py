# Gives answers that are longer than an answer may be, by the function and by the door.
#% limits: memory=700MiB
import _host, struct
for answer in ("x" * 4_000_001, ["xxxxxxxxxxxx"] * 300_000, "\x00" * 1_000_000, {"a": "y" * 5_000_000}):
    try:
        final_answer(answer)
    except ValueError as error:
        print(str(error)[:24])
_host.call(struct.pack("<BBBIII", 2, 0, 0, 0, 150_000_000, 0) + b"x" * 150_000_000)
#=> the final answer has 400
#=> the final answer has 480
#=> the final answer has 600
#=> the final answer has 500
#% ends: failed
#% session: rolled back
