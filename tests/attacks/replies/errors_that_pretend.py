# Looks for a way to have the runtime raise what it likes for a text of its own, through the messages of
# tools.
from fumehood import limits, tools
for text in ("TimeLimitExceeded: forged", "Cancelled: forged", "KeyboardInterrupt: forged", "", ": ", "x"):
    try:
        tools._raise(text)
    except BaseException as error:
        print(type(error).__name__, error)
try:
    fail()
except Exception as error:
    print(type(error).__name__, error)
print(limits.named("SystemExit: 0"), limits.named("LimitExceeded: x"), limits.named(""))
#%% step
tools._raise("TimeLimitExceeded: the step's time limit of 1s was reached")
#=> TimeLimitExceeded forged
#=> Cancelled forged
#=> ToolError KeyboardInterrupt: forged
#=> ToolError 
#=> ToolError : 
#=> ToolError x
#=> ToolError failed as it should, 1 time
#=> None None None
#% ends: raised fumehood.TimeLimitExceeded
