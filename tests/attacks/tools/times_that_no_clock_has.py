# Has a tool of the host work with numbers that are no times.
#% limits: time=300ms
for seconds in (-1, -0.0, 1e300, 1e-300, 10**30, -10**30, 5e-324):
    try:
        print(nap(seconds))
    except Exception as error:
        print(type(error).__name__)
#=> ToolError
#=> -0.0
#=> ToolError
#=> 1e-300
#=> ToolError
#=> ToolError
#=> 5e-324
