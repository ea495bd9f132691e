# Descriptors with __set_name__, a subclass registry via __init_subclass__, and a small metaclass.


class Bounded:
    def __init__(self, low, high):
        self.low, self.high = low, high

    def __set_name__(self, owner, name):
        self.slot = f"_{name}"

    def __get__(self, instance, owner=None):
        return self if instance is None else getattr(instance, self.slot)

    def __set__(self, instance, value):
        if not self.low <= value <= self.high:
            raise ValueError(f"{self.slot[1:]} must be in {self.low}..{self.high}, got {value}")
        setattr(instance, self.slot, value)


class CountingMeta(type):
    def __call__(cls, *args, **kwargs):
        cls.made += 1
        return super().__call__(*args, **kwargs)


class Sensor(metaclass=CountingMeta):
    registry = {}
    made = 0
    level = Bounded(0, 100)

    def __init_subclass__(cls, *, unit, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.unit, cls.made = unit, 0
        Sensor.registry[cls.__name__.lower()] = cls

    def __init__(self, level):
        self.level = level


class Battery(Sensor, unit="%"): ...


class Tank(Sensor, unit="litres"):
    level = Bounded(0, 500)


for kind, value in [("battery", 80), ("tank", 420), ("tank", 90), ("battery", 120)]:
    try:
        sensor = Sensor.registry[kind](value)
        print(kind, sensor.level, sensor.unit)
    except ValueError as exc:
        print("rejected:", exc)
print({name: cls.made for name, cls in Sensor.registry.items()}, type(Tank.level).__name__)

#=> battery 80 %
#=> tank 420 litres
#=> tank 90 litres
#=> rejected: level must be in 0..100, got 120
#=> {'battery': 2, 'tank': 2} Bounded
