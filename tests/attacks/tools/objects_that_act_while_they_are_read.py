# Calls a tool with objects that run code while the runtime reads them: they lie about their length and
# their items, call tools themselves, change what is being read. The host gets JSON, or nothing.
class Dict(dict):
    def items(self):
        yield "called", echo("inner")
        self.clear()
        yield "more", self
class List(list):
    def __iter__(self):
        return iter([1, 2])
    def __len__(self):
        return 2**31 - 1
class Text(str):
    def __str__(self):
        return "not this"
    def encode(self, *a):
        return b"\xff"
class Number(int):
    def __int__(self):
        return 7
    __index__ = __trunc__ = __int__
class Real(float):
    def __float__(self):
        return "text"
class Key:
    def __init__(self): self.n = 0
    def __hash__(self): return 1
    def __eq__(self, other): raise ZeroDivisionError
    def __repr__(self): return "key"
class Named:
    __name__ = "NAType"
type(Named).__module__
def tried(value):
    try:
        print(echo(value))
    except Exception as error:
        print(type(error).__name__, str(error)[:70])
for value in (Dict(a=1), List([3]), Text("text"), Number(5), Real(1.5), {Key(): 1}, Named()):
    tried(value)
grows = [1]
class Grow:
    def __init__(self): pass
items = {"a": 1}
class Change(dict):
    def items(self):
        for n in range(3):
            dict.__setitem__(self, str(n), n)
        return dict.items(self)
tried(Change())
#=> ToolArgumentError echo: argument ['value']['more']['more']['more']['more']['more']['more
#=> [1, 2]
#=> text
#=> 7
#=> 1.5
#=> ToolArgumentError echo: key key of argument ['value'] is a Key, which has no JSON form
#=> ToolArgumentError echo: argument ['value'] is a Named, which has no JSON form
#=> {'0': 0, '1': 1, '2': 2}
