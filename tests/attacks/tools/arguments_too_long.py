# Calls a tool with arguments longer than they may be, in one piece and in many.
def tried(value):
    try:
        echo(value)
        print("called")
    except Exception as error:
        print(type(error).__name__, str(error)[-30:])
tried("x" * 10_000_000)
tried("x" * 1_048_563)
tried("\x00" * 400_000)
tried("é" * 700_000)
tried([0] * 600_000)
tried({str(n): n for n in range(100_000)})
tried(b"x" * 1_000_000)
tried("x" * 1_048_564)
#% limits: time=20s
#=> ToolArgumentError es, the limit is 1048576 bytes
#=> called
#=> ToolArgumentError es, the limit is 1048576 bytes
#=> ToolArgumentError es, the limit is 1048576 bytes
#=> ToolArgumentError es, the limit is 1048576 bytes
#=> ToolArgumentError es, the limit is 1048576 bytes
#=> ToolArgumentError es, the limit is 1048576 bytes
#=> called
