# Declares tools to its own runtime, as the host does. They are functions here, and nothing there.
from fumehood import tools
evil = tools.declare("evil", "Does anything.", ["code"], 1, {}, [], "{}")
try:
    evil("1")
except tools.ToolError as error:
    print(error)
echo.__defaults__ = (1,)
echo.__kwdefaults__ = {"other": 2}
print(echo())
other = tools.declare("echo", "", ["wrong", "value"], 0, {}, [], "{}")
try:
    other(wrong=1)
except tools.ToolArgumentError as error:
    print(error)
#=> there is no tool `evil`
#=> 1
#=> echo: Additional properties are not allowed ('wrong' was unexpected); "value" is a required property
