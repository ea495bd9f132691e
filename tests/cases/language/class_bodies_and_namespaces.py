# What a class body is: code with a namespace of its own, a scope that methods skip, and mangled names.
import types


class Menu:
    items = ["soup", "tea"]
    lengths = [len(item) for item in items]
    if len(items) > 1:
        kind = "long"
    for index, item in enumerate(items):
        locals()[f"item_{index}"] = item
    del index, item

    def show(self):
        try:
            return items
        except NameError as exc:
            return f"not in scope: {exc.name}"


class Account:
    __rate = 0.1

    def __init__(self):
        self.__secret = 7

    def __hidden(self):
        return self.__secret * self.__rate

    def total(self):
        return round(self.__hidden(), 2)


class Savings(Account):
    __rate = 0.5


print(Menu.lengths, Menu.kind, Menu.item_1, hasattr(Menu, "index"), Menu().show())
savings = Savings()
print(savings.total(), sorted(name for name in vars(savings)), savings._Savings__rate, hasattr(savings, "__secret"))

Point = types.new_class("Point", (), {}, lambda body: body.update(x=1, norm=lambda self: abs(self.x)))
Pair = type("Pair", (Point,), {"x": -2, "__repr__": lambda self: f"<{type(self).__name__} {self.x}>"})
print(Point().norm(), Pair().norm(), Pair(), Pair.__bases__, Pair.__module__ == __name__)


def outer():
    class Inner:
        def who(self):
            return __class__.__qualname__

    return Inner


print(outer()().who(), outer().__name__, outer() is outer())
savings.__class__ = Account
print(type(savings).__name__, savings.total())
Menu.price = property(lambda self: len(self.items) * 3)
Menu.items.append("cake")
print(Menu().price, "price" in vars(Menu), "price" in vars(Menu()))

#=> [4, 3] long tea False not in scope: items
#=> 0.7 ['_Account__secret'] 0.5 False
#=> 1 2 <Pair -2> (<class 'types.Point'>,) True
#=> outer.<locals>.Inner Inner False
#=> Account 0.7
#=> 9 True False
