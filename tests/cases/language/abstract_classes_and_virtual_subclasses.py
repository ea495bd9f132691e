# Abstract base classes: what cannot be instantiated, template methods, register and __subclasshook__.
from abc import ABC, abstractmethod
from collections.abc import Sequence, Sized


class Report(ABC):
    def render(self):
        return "\n".join([self.title().center(20, "="), *self.body()])

    @abstractmethod
    def body(self): ...

    @property
    @abstractmethod
    def width(self): ...

    @classmethod
    def title(cls):
        return cls.__name__


class Sales(Report):
    width = 20

    def __init__(self, numbers):
        self.numbers = numbers

    def body(self):
        return [f"{name:<{self.width - 6}}{value:6.2f}" for name, value in self.numbers.items()]


class Quacks(ABC):
    @classmethod
    def __subclasshook__(cls, other):
        return any("quack" in vars(base) for base in other.__mro__) or NotImplemented


class Robot:
    quack = None


@Sequence.register
class Countdown:
    def __getitem__(self, index):
        return 3 - index


print(Sales({"tea": 4.5, "mug": 12}).render())
print(sorted(Report.__abstractmethods__), Sales.__abstractmethods__)
try:
    Report()
except TypeError as exc:
    print(type(exc).__name__, "abstract" in str(exc), "body" in str(exc))
print(issubclass(Robot, Quacks), issubclass(int, Quacks), isinstance(Robot(), Quacks))
print(isinstance(Countdown(), Sequence), isinstance(Countdown(), Sized), Countdown.__mro__ == (Countdown, object))

#=> =======Sales========
#=> tea             4.50
#=> mug            12.00
#=> ['body', 'width'] frozenset()
#=> TypeError True True
#=> True False True
#=> True True True
