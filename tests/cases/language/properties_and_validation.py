# Properties: getters, setters, deleters, computed values, inheritance of a single accessor, and class-level ones.


class Temperature:
    def __init__(self, celsius=0.0):
        self.celsius = celsius

    @property
    def celsius(self):
        """Degrees Celsius."""
        return self._celsius

    @celsius.setter
    def celsius(self, value):
        if value < -273.15:
            raise ValueError(f"{value} is below absolute zero")
        self._celsius = float(value)

    @celsius.deleter
    def celsius(self):
        self._celsius = 0.0

    @property
    def fahrenheit(self):
        return self.celsius * 9 / 5 + 32

    @fahrenheit.setter
    def fahrenheit(self, value):
        self.celsius = (value - 32) * 5 / 9


class Oven(Temperature):
    @Temperature.celsius.setter
    def celsius(self, value):
        Temperature.celsius.fset(self, min(value, 250))

    @property
    def fahrenheit(self):
        return round(super().fahrenheit)


class classproperty:
    def __init__(self, function):
        self.function = function

    def __get__(self, instance, owner):
        return self.function(owner)


class Plugin:
    @classproperty
    def slug(cls):
        return cls.__name__.lower()


today = Temperature(25)
today.fahrenheit = 14
print(today.celsius, today.fahrenheit, Temperature.celsius.__doc__, vars(today))
del today.celsius
oven = Oven(400)
print(today.celsius, oven.celsius, oven.fahrenheit, Plugin.slug, type("Audio", (Plugin,), {}).slug)
for attempt in (lambda: Temperature(-300), lambda: setattr(oven, "fahrenheit", 100), lambda: today.kelvin):
    try:
        attempt()
    except (ValueError, AttributeError) as exc:
        print(f"{type(exc).__name__}: {exc}")
print([name for name in dir(Temperature) if not name.startswith("_")], isinstance(vars(Oven)["celsius"], property))

#=> -10.0 14.0 Degrees Celsius. {'_celsius': -10.0}
#=> 0.0 250.0 482 plugin audio
#=> ValueError: -300 is below absolute zero
#=> AttributeError: property 'fahrenheit' of 'Oven' object has no setter
#=> AttributeError: 'Temperature' object has no attribute 'kelvin'
#=> ['celsius', 'fahrenheit'] True
