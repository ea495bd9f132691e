# Calls tools with too many arguments, names of other parameters, and mappings that are none.
for call in ("echo()", "echo(1, 2)", "echo(other=1)", "echo(1, value=2)", "echo(**{'': 1})", "echo(**{1: 2})",
             "fail(1)", "nap('1')", "nap(None)", "nap([])", "nap()", "echo(*range(10**6))", "nap(True)",
             "nap({'seconds': 1})", "echo(**{'value': 1, '__proto__': 2})"):
    try:
        eval(call)
        print(call, "was called")
    except TypeError as error:
        print(type(error).__name__)
#=> TypeError
#=> TypeError
#=> TypeError
#=> TypeError
#=> TypeError
#=> TypeError
#=> TypeError
#=> ToolArgumentError
#=> ToolArgumentError
#=> ToolArgumentError
#=> TypeError
#=> TypeError
#=> ToolArgumentError
#=> ToolArgumentError
#=> TypeError
