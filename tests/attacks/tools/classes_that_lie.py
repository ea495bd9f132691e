# Calls a tool with objects whose classes claim to be something else, by their names, their modules,
# their bases and `__class__`.
def tried(value):
    try:
        print(repr(echo(value))[:60])
    except Exception as error:
        print(type(error).__name__, str(error)[:60])
missing = type("NAType", (), {"__module__": "pandas."})()
frame = type("DataFrame", (), {"__module__": "pandas.", "to_dict": lambda self, orient: {"run": "mine"}})()
array = type("ndarray", (), {"__module__": "numpy.", "tolist": lambda self: self,
                             "dtype": type("D", (), {"kind": "i"})})()
numbered = type("Numbered", (), {"__module__": 5})()
meta = type("Meta", (type,), {"__name__": property(lambda cls: 1 / 0)})
unnamed = meta("Unnamed", (), {})()
class Liar:
    __class__ = property(lambda self: list)
    def __iter__(self):
        return iter([1])
class Fields:
    __dataclass_fields__ = {"a": 1}
for value in (missing, frame, array, numbered, unnamed, Liar(), Fields(), Fields):
    tried(value)
#=> None
#=> {'run': 'mine'}
#=> ToolArgumentError echo: float() argument must be a string or a real number, no
#=> AttributeError 'int' object has no attribute 'partition'
#=> ZeroDivisionError division by zero
#=> [1]
#=> AttributeError 'int' object has no attribute '_field_type'
#=> ToolArgumentError echo: argument ['value'] is a type, which has no JSON form
