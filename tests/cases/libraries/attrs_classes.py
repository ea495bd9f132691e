# requires: attr>=22
# attrs: validators, converters, frozen and slotted classes, evolve, filters and comparison.
import json

import attr
import attrs
from attrs import asdict, define, evolve, field, fields, frozen, validators


@define
class Order:
    number: int = field(converter=int, validator=validators.gt(0))
    items: list = field(factory=list)
    status: str = field(default="new", validator=validators.in_(["new", "paid"]))
    _secret: str = field(default="x", repr=False, eq=False)
    total: float = field(init=False)

    @total.default
    def _sum(self):
        return round(sum(price for _, price in self.items), 2)

    @items.validator
    def _check(self, attribute, value):
        if any(price < 0 for _, price in value):
            raise ValueError(f"{attribute.name} has a negative price")


@frozen(order=True)
class Version:
    major: int
    minor: int = 0
    label: str = field(default="", order=False)


@define(kw_only=True, slots=False)
class Options:
    level: int = field(default=1, metadata={"help": "how much"})
    names: tuple = field(default=(), converter=attrs.converters.pipe(sorted, tuple))
    maybe: float = field(default=None, converter=attrs.converters.optional(float))


order = Order("17", [("tea", 4.5), ("mug", 12)], secret="hidden")
print(order, order._secret, hasattr(order, "__dict__"), order == Order(17, [("tea", 4.5), ("mug", 12)]))
print(json.dumps(asdict(order, filter=attrs.filters.exclude(fields(Order)._secret))), [a.name for a in fields(Order)])
order.status = "paid"
for wrong in (lambda: setattr(order, "status", "lost"), lambda: Order(0), lambda: Order(1, [("x", -1)]),
              lambda: Order("many"), lambda: setattr(Version(1), "major", 2), lambda: setattr(order, "colour", "red"),
              lambda: Options(2)):
    try:
        wrong()
    except (ValueError, TypeError, AttributeError) as exc:
        print(type(exc).__name__, end=" ")
print(order.status)
print(max(Version(1, 2), Version(1, 10)), Version(1, 0, "a") == Version(1))
print(Version(1) < Version(1, 1), evolve(Version(1, 2), minor=9), len({Version(1), Version(1)}))
print(Options(names=["b", "a"], maybe="2.5"), fields(Options).level.metadata["help"])
print(attr.has(Options), attrs.asdict(Options())["maybe"])
Point = attrs.make_class("Point", {"x": field(default=0), "y": field(default=0)})
print(Point(y=3), attrs.astuple(Point(1, 2)), attr.validate(Point()) is None)
Parity = attrs.cmp_using(eq=lambda a, b: a % 2 == b % 2, class_name="Parity")
print(Parity(3) == Parity(5), Parity(3) == Parity(4), Parity.__name__)
with attrs.validators.disabled():
    print(Order(-5).number)

#=> Order(number=17, items=[('tea', 4.5), ('mug', 12)], status='new', total=16.5) hidden False True
#=> {"number": 17, "items": [["tea", 4.5], ["mug", 12]], "status": "new", "total": 16.5} ['number', 'items', 'status', '_secret', 'total']
#=> ValueError ValueError ValueError ValueError FrozenInstanceError AttributeError TypeError paid
#=> Version(major=1, minor=10, label='') False
#=> True Version(major=1, minor=9, label='') 1
#=> Options(level=1, names=('a', 'b'), maybe=2.5) how much
#=> True None
#=> Point(x=0, y=3) (1, 2) True
#=> True False Parity
#=> -5
