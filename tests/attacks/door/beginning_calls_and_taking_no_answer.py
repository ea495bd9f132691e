# Begins calls by the door itself and never takes an answer, so that the host keeps all of them. What it keeps
# has a bound, which attacks.rs sees to.
#% limits: tool_calls=2000 memory=300MiB
import _host, struct
value = b'"' + b"x" * 100_000 + b'"'
request = struct.pack("<BIIIII", 5, 4, len(value) + 11, 0, 0, 0) + b'echo' + b'{"value": ' + value + b"}"
numbers = []
for _ in range(1000):
    numbers.append(int.from_bytes(_host.call(request), "little"))
print(len(set(numbers)))
_host.call(struct.pack("<Bq", 6, 1_000_000_000))
refused = taken = 0
for number in numbers:
    try:
        taken += len(_host.call(struct.pack("<BI", 7, number))) > 100_000
    except ConnectionRefusedError:
        refused += 1
print(0 < taken < 450, taken + refused)
#=> 1000
#=> True 1000
