# Raises exceptions that cannot be described: their texts, classes, modules and bases raise, loop or lie.
#% limits: time=300ms
class E(Exception):
    def __str__(self): raise KeyboardInterrupt
raise E
#%% step
raise E
#%% step
class E(Exception):
    def __str__(self):
        while True: pass
raise E
#%% step
class Meta(type):
    __module__ = property(lambda cls: 1 / 0)
    __mro__ = property(lambda cls: [1, 2])
class E(Exception, metaclass=Meta): pass
raise E
#%% step
class E(Exception):
    __class__ = property(lambda self: 1 / 0)
    def __getattribute__(self, name): raise RuntimeError(name)
raise E
#%% step
class E(Exception):
    __notes__ = property(lambda self: iter(int, 1))
raise E
#% ends 1: raised Exception
#% ends 2: raised Exception
#% ends 3: limit time_ms
#% ends 4: raised Exception
#% ends 5: raised Exception | raised E
#% ends: raised E | raised Exception | limit time_ms
