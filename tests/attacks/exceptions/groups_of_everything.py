# Raises groups of a hundred thousand, groups in groups, groups that split without end.
#% limits: time=2s memory=400MiB
raise ExceptionGroup("many", [ValueError(n) for n in range(100_000)])
#%% step
class Group(ExceptionGroup):
    def derive(self, exceptions): return Group("again", exceptions)
    def split(self, condition): return self, self
try:
    raise Group("mine", [ValueError(1)])
except* ValueError:
    print("caught")
#%% step
class Lies(ExceptionGroup):
    exceptions = property(lambda self: [self])
raise Lies("loop", [ValueError()])
#=> caught
#% ends 1: raised ExceptionGroup | limit time_ms
#% ends 2: raised Group | completed
#% ends: limit time_ms
