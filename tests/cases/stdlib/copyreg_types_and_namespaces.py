# types and friends: SimpleNamespace, MappingProxyType, dynamic functions, new_class, coroutine wrappers and code types.
import copyreg
import pickle
import types
from types import MappingProxyType, MethodType, SimpleNamespace


class Temperature:
    def __init__(self, kelvin):
        self.kelvin = kelvin


copyreg.pickle(Temperature, lambda value: (Temperature, (round(value.kelvin),)))
print(pickle.loads(pickle.dumps(Temperature(293.7))).kelvin)

point = SimpleNamespace(x=1, y=[2])
point.z = point.x + 2
print(point, vars(point), point == SimpleNamespace(x=1, y=[2], z=3), SimpleNamespace(**{"a-b": 1}).__dict__)
settings = {"debug": True}
view = MappingProxyType(settings)
settings["level"] = 3
print(view, view["level"], view | {"x": 1}, len(view), type(view.copy()).__name__)
try:
    view["debug"] = False
except TypeError as exc:
    print("TypeError:", exc)


def add(self, amount=1, *, twice=False):
    return self.x + amount * (2 if twice else 1)


point.add = MethodType(add, point)
clone = types.FunctionType(add.__code__, {}, "clone", (10,))
print(point.add(5), point.add(twice=True))
print(clone(point, twice=False), clone.__name__, clone.__defaults__)
print(isinstance(add, types.FunctionType))
print(isinstance(len, types.BuiltinFunctionType), isinstance(print, types.LambdaType))
print(isinstance((n for n in ""), types.GeneratorType), type(None) is types.NoneType, types.UnionType is type(int | str))
Base = types.new_class("Base", (), {}, lambda namespace: namespace.update(kind="made", hello=lambda self: self.kind.upper()))
print(Base().hello(), Base.__name__, types.resolve_bases((list[int], Base))[0])
print(type(Base).__name__, Base.__bases__, vars(Base)["kind"])
cell = types.CellType(5)
closed = types.FunctionType((lambda: (lambda cell: lambda: cell)(0))().__code__, {}, "closed", None, (cell,))
print(closed(), closed.__closure__[0].cell_contents)
cell.cell_contents = 6
print(closed())


class Lazy:
    @types.DynamicClassAttribute
    def name(self):
        return "instance only"


print(Lazy().name, type(sys_frame := __import__("sys")._getframe()).__name__, isinstance(sys_frame, types.FrameType))

#=> 294
#=> namespace(x=1, y=[2], z=3) {'x': 1, 'y': [2], 'z': 3} True {'a-b': 1}
#=> {'debug': True, 'level': 3} 3 {'debug': True, 'level': 3, 'x': 1} 2 dict
#=> TypeError: 'mappingproxy' object does not support item assignment
#=> 6 3
#=> 11 clone (10,)
#=> True
#=> True False
#=> True True True
#=> MADE Base <class 'list'>
#=> type (<class 'object'>,) made
#=> 5 5
#=> 6
#=> instance only frame True
