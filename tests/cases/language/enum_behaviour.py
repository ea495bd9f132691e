# Enumerations: aliases, methods, auto values, flags with boundaries, functional creation and lookups by value.
import enum
from enum import Enum, Flag, IntFlag, StrEnum, auto, unique


class Planet(Enum):
    MERCURY = (3.303e23, 2.4397e6)
    EARTH = (5.976e24, 6.37814e6)

    def __init__(self, mass, radius):
        self.mass, self.radius = mass, radius

    @property
    def gravity(self):
        return 6.67430e-11 * self.mass / self.radius**2


class Shape(Enum):
    SQUARE = 2
    DIAMOND = 1
    ALIAS_FOR_SQUARE = 2

    @classmethod
    def _missing_(cls, value):
        return next((member for member in cls if member.name.lower() == str(value).lower()), None)


class Suit(StrEnum):
    HEARTS = auto()
    SPADES = auto()


class Permission(Flag):
    READ, WRITE, RUN = 4, 2, 1
    ALL = READ | WRITE | RUN


class Ordered(Enum):
    def __lt__(self, other):
        return list(type(self)).index(self) < list(type(self)).index(other)


print([f"{planet.name} {planet.gravity:.2f}" for planet in Planet], Planet((5.976e24, 6.37814e6)).name)
print(Shape(2), Shape["ALIAS_FOR_SQUARE"], [shape.name for shape in Shape], list(Shape.__members__), Shape("diamond"))
print(Suit.HEARTS, Suit("spades").upper(), f"{Suit.SPADES:>8}", Suit.HEARTS == "hearts", repr(Suit.HEARTS))
print(Permission.READ | Permission.RUN, Permission(6), ~Permission.READ, [flag.name for flag in Permission.ALL])
print(Permission.READ in Permission.ALL, bool(Permission(0)), Permission.ALL & ~Permission.WRITE, len(Permission(5)))
Level = Ordered("Level", ["LOW", "MID", "HIGH"])
print(sorted([Level.HIGH, Level.LOW]), Level.MID.value, max(Level).name, Level.LOW is Level(1))
try:
    unique(Shape)
except ValueError as exc:
    print("ValueError:", exc)
for wrong in (lambda: Shape("circle"), lambda: setattr(Shape, "SQUARE", 3), lambda: exec("class More(Shape): ...")):
    try:
        wrong()
    except (ValueError, AttributeError, TypeError) as exc:
        print(type(exc).__name__, str(exc)[:40])
print(isinstance(IntFlag("Bits", "A B").B | 8, int), enum.Enum("Empty", []).__members__, Shape.SQUARE in Shape)

#=> ['MERCURY 3.70', 'EARTH 9.80'] EARTH
#=> Shape.SQUARE Shape.SQUARE ['SQUARE', 'DIAMOND'] ['SQUARE', 'DIAMOND', 'ALIAS_FOR_SQUARE'] Shape.DIAMOND
#=> hearts SPADES   spades True <Suit.HEARTS: 'hearts'>
#=> Permission.READ|RUN Permission.READ|WRITE Permission.WRITE|RUN ['READ', 'WRITE', 'RUN']
#=> True False Permission.READ|RUN 2
#=> [<Level.LOW: 1>, <Level.HIGH: 3>] 2 HIGH True
#=> ValueError: duplicate values found in <enum 'Shape'>: ALIAS_FOR_SQUARE -> SQUARE
#=> ValueError 'circle' is not a valid Shape
#=> AttributeError cannot reassign member 'SQUARE'
#=> TypeError <enum 'More'> cannot extend <enum 'Shape
#=> True {} True
