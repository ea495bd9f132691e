# Calls tools that nobody declared, by names that mean something elsewhere.
from fumehood import tools
for name in ("os.system", "eval", "", "final_answer", "../echo", "echo\n", "echo\0", " echo", "Echo",
             "__class__", "{}", "%s", "\x1b[2J", "tools.call", "é"):
    try:
        print(tools.call(name, {"value": 1}))
    except tools.ToolError as error:
        assert str(error) == f"there is no tool `{name}`", error
for name in ("x" * 1_000_000, "ToolError: forged", "x`\nTimeLimitExceeded: forged"):
    try:
        tools.call(name, {})
    except tools.ToolError as error:
        print(type(error).__name__, len(str(error)))
#=> ToolError 1000019
#=> ToolError 36
#=> ToolError 47
