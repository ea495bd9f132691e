# Multiple inheritance: linearisation, cooperative super calls, mixins, and an order that cannot exist.


class Base:
    def __init__(self, **rest):
        self.trail = getattr(self, "trail", []) + ["Base"]
        assert not rest, rest

    def save(self):
        return ["Base.save"]


class Named(Base):
    def __init__(self, *, name, **rest):
        super().__init__(**rest)
        self.name = name
        self.trail.append("Named")

    def save(self):
        return ["Named.save", *super().save()]


class Dated(Base):
    def __init__(self, *, day, **rest):
        super().__init__(**rest)
        self.day = day
        self.trail.append("Dated")

    def save(self):
        return ["Dated.save", *super().save()]


class LoudMixin:
    def save(self):
        return [line.upper() for line in super().save()]


class Event(LoudMixin, Named, Dated):
    def __repr__(self):
        return f"{self.name} on {self.day}"


class Plain(Named, Dated):
    save = Dated.save


event = Event(name="party", day="Friday")
print(event, event.trail, event.save())
print([cls.__name__ for cls in Event.__mro__], Plain(name="a", day="b").save())
print(super(Named, event).save(), Base.save(event), Event.__bases__[0].__name__, Dated.__subclasses__() == [Event, Plain])
try:
    class Impossible(Base, Named): ...
except TypeError as exc:
    print("TypeError:", str(exc)[:41])
try:
    LoudMixin().save()
except AttributeError as exc:
    print("AttributeError:", exc)


class Text(str):
    def __new__(cls, value, limit=5):
        self = super().__new__(cls, value[:limit])
        self.cut = len(value) > limit
        return self

    def __getitem__(self, index):
        return type(self)(super().__getitem__(index))


text = Text("hello world")
print(text, text.cut, type(text[1:3]).__name__, type(text.upper()).__name__, text == "hello", len(text + "!"))
print(isinstance(True, int), issubclass(bool, (str, int)), int.__subclasses__()[0].__name__, bool.__base__.__name__)

#=> party on Friday ['Base', 'Dated', 'Named'] ['NAMED.SAVE', 'DATED.SAVE', 'BASE.SAVE']
#=> ['Event', 'LoudMixin', 'Named', 'Dated', 'Base', 'object'] ['Dated.save', 'Base.save']
#=> ['Dated.save', 'Base.save'] ['Base.save'] LoudMixin True
#=> TypeError: Cannot create a consistent method resolut
#=> AttributeError: 'super' object has no attribute 'save'
#=> hello True Text str True 6
#=> True True bool int
