# Calls a tool while the arguments of another call, and of another inside of that, are being read.
class Nest(dict):
    def __init__(self, depth): self.depth = depth
    def items(self):
        return [("depth", self.depth), ("inner", echo(Nest(self.depth - 1)) if self.depth else None)]
print(echo(Nest(5)))
def many(n):
    return Nest(0) if n == 0 else [echo(many(n - 1))]
print(echo(many(20)) != None)
print(echo(Nest(1000)))
#% limits: tool_calls=500
#=> {'depth': 5, 'inner': {'depth': 4, 'inner': {'depth': 3, 'inner': {'depth': 2, 'inner': {'depth': 1, 'inner': {'depth': 0, 'inner': None}}}}}}
#=> True
#% ends: limit tool_calls | raised RecursionError
