# Ties causes and contexts of exceptions into loops, and tracebacks into themselves.
a, b = ValueError("a"), ValueError("b")
a.__cause__, b.__cause__ = b, a
a.__context__ = a
raise a
#%% step
group = ExceptionGroup("g", [ValueError()])
group.exceptions[0].__cause__ = group
group.__context__ = group.exceptions[0]
raise group
#%% step
try:
    1 / 0
except ZeroDivisionError as error:
    trace = error.__traceback__
    try:
        trace.tb_next = trace
    except ValueError:
        print("no loop")
    raise error.with_traceback(trace)
#=> no loop
#% ends 1: raised ValueError
#% ends 2: raised ExceptionGroup
#% ends: raised ZeroDivisionError
