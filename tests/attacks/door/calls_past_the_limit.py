# Calls tools by the door itself, and takes no notice of the limit. No tool is called past it.
#% limits: tool_calls=10
import _host, struct
request = struct.pack("<BIIIII", 1, 4, 12, 0, 0, 0) + b'echo{"value": 1}'
answered = 0
for _ in range(1000):
    try:
        _host.call(request)
        answered += 1
    except ConnectionRefusedError:
        pass
print(answered, _host.call(b"\x04").decode())
#=> 10 ToolCallLimitExceeded: the step's tool call limit of 10 was reached
