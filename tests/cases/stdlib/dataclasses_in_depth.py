# Dataclasses: inheritance, field metadata, InitVar, kw_only, slots, frozen hashing, make_dataclass and conversion.
import dataclasses
import json
from dataclasses import KW_ONLY, InitVar, astuple, dataclass, field, fields


@dataclass
class Base:
    id: int
    created: str = field(default="now", repr=False)


@dataclass
class Product(Base):
    name: str = "?"
    price: float = field(default=0.0, metadata={"unit": "EUR", "minimum": 0})
    tags: list[str] = field(default_factory=list)
    discount: InitVar[float] = 0.0
    _: KW_ONLY
    stock: int = 0

    def __post_init__(self, discount):
        self.price = round(self.price * (1 - discount), 2)
        for item in fields(self):
            if (low := item.metadata.get("minimum")) is not None and getattr(self, item.name) < low:
                raise ValueError(f"{item.name} is below {low} {item.metadata['unit']}")


@dataclass(frozen=True)
class Point:
    x: int
    y: int = 0

    def __add__(self, other):
        return dataclasses.replace(self, x=self.x + other.x, y=self.y + other.y)


@dataclass(eq=False)
class ByIdentity:
    value: int


@dataclass(slots=True, order=True)
class Version:
    major: int
    minor: int = 0
    label: str = field(default="", compare=False)


mug = Product(7, name="mug", price=10, discount=0.25, stock=3)
print(mug, [item.name for item in fields(mug)], astuple(mug))
print(json.dumps(dataclasses.asdict(mug)), mug == Product(7, name="mug", price=7.5, stock=3), mug.discount)
for wrong in (lambda: Product(1, price=-1), lambda: Product(), lambda: setattr(Point(1), "x", 2), lambda: hash(mug),
              lambda: Version(1) < Point(1)):
    try:
        wrong()
    except (ValueError, TypeError, AttributeError) as exc:
        print(type(exc).__name__, str(exc).split(":")[0][:34])
print(Point(1) + Point(2, 3), len({Point(1), Point(1, 0), Point(2)}), ByIdentity(1) == ByIdentity(1))
print(max(Version(1, 2, "a"), Version(1, 10, "b")), Version(1, 0, "x") == Version(1), hasattr(Version(1), "__dict__"))
Pair = dataclasses.make_dataclass("Pair", ["left", ("right", int, 5)],
                                 namespace={"total": lambda self: self.left + self.right})
print(Pair(2), Pair(2).total(), dataclasses.is_dataclass(Pair), Pair.__match_args__, Product.__match_args__[-1])
try:
    @dataclass
    class Bad:
        items: list = []
except ValueError as exc:
    print("ValueError:", exc)

#=> Product(id=7, name='mug', price=7.5, tags=[], stock=3) ['id', 'created', 'name', 'price', 'tags', 'stock'] (7, 'now', 'mug', 7.5, [], 3)
#=> {"id": 7, "created": "now", "name": "mug", "price": 7.5, "tags": [], "stock": 3} True 0.0
#=> ValueError price is below 0 EUR
#=> TypeError Product.__init__() missing 1 requi
#=> FrozenInstanceError cannot assign to field 'x'
#=> TypeError unhashable type
#=> TypeError '<' not supported between instance
#=> Point(x=3, y=3) 2 False
#=> Version(major=1, minor=10, label='b') True False
#=> Pair(left=2, right=5) 7 True ('left', 'right') discount
#=> ValueError: mutable default <class 'list'> for field items is not allowed: use default_factory
