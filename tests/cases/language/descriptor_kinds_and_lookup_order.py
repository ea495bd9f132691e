# Attribute lookup: data descriptors before the instance, non-data ones after, __getattr__ last, and cached properties.
from functools import cached_property


class Data:
    def __get__(self, instance, owner):
        return "data descriptor"

    def __set__(self, instance, value):
        instance.__dict__["kept"] = value


class NonData:
    def __get__(self, instance, owner):
        return f"non-data of {owner.__name__}"


class Thing:
    data = Data()
    non_data = NonData()
    plain = "class attribute"

    def __getattr__(self, name):
        if name.startswith("made_"):
            return name.removeprefix("made_").upper()
        raise AttributeError(f"{type(self).__name__} has no {name}")

    @cached_property
    def slow(self):
        print("computing", end=" ")
        return 42


class Strict:
    __slots__ = ()

    def __getattribute__(self, name):
        return f"<{name}>" if not name.startswith("__") else object.__getattribute__(self, name)


class Proxy:
    def __init__(self, target):
        object.__setattr__(self, "_target", target)

    def __getattr__(self, name):
        return getattr(self._target, name)

    def __setattr__(self, name, value):
        setattr(self._target, name, value)


thing = Thing()
thing.data = 1
vars(thing).update(data="shadowed", non_data="wins", plain="instance")
print(thing.data, "|", thing.non_data, "|", thing.plain, "|", thing.kept, "|", Thing.non_data)
print(thing.made_up, thing.slow, thing.slow, vars(thing)["slow"])
del thing.slow
print(thing.slow, getattr(thing, "gone", "fallback"), hasattr(thing, "gone"))
print(Strict().anything, Strict().__class__.__name__)
proxy = Proxy(thing)
proxy.colour = "red"
print(thing.colour, proxy.made_too, "colour" in vars(proxy), Thing.__dict__["data"].__class__.__name__)
bound = (lambda self, suffix: f"{self.kept}{suffix}").__get__(thing)
print(type(thing.__init__).__name__, type(bound).__name__, bound("!"), bound.__self__ is thing)

#=> data descriptor | wins | instance | 1 | non-data of Thing
#=> computing UP 42 42 42
#=> computing 42 fallback False
#=> <anything> Strict
#=> red TOO False Data
#=> method-wrapper method 1! True
