# Raises exceptions whose tracebacks, causes and groups have more parts than anybody can print.
#% limits: time=1500ms memory=400MiB
import sys
sys.setrecursionlimit(10**6)
def deep(n):
    if n == 0: 1 / 0
    deep(n - 1)
deep(20_000)
#%% step
error = None
for _ in range(20_000):
    try:
        raise ValueError from error
    except ValueError as e:
        error = e
raise error
#%% step
raise ExceptionGroup("many", [ValueError(n) for n in range(100_000)])
#%% step
group = ValueError("inner")
for n in range(5000):
    group = ExceptionGroup("outer", [group])
raise group
#% ends 1: raised ZeroDivisionError | limit time_ms
#% ends 2: raised ValueError | limit time_ms
#% ends 3: raised ExceptionGroup | limit time_ms
#% ends: raised ExceptionGroup | limit time_ms | raised Exception
