# Calls a tool again and again, as long as it is let.
n = 0
while True:
    n = echo(n + 1)
#%% step
print(n)
#=> 100
#% ends 1: limit tool_calls
