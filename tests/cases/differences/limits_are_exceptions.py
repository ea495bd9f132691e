# guest: what reaches a limit gets an exception of the module fumehood, which only the guest has
# They are no subclasses of Exception, so a loop that catches every Exception does not swallow them.
import fumehood

print(sorted(cls.__name__ for cls in fumehood.LimitExceeded.__subclasses__()))
print(issubclass(fumehood.LimitExceeded, Exception))
print(fumehood.TimeLimitExceeded.__mro__[1:3] == (fumehood.LimitExceeded, KeyboardInterrupt))


def careless(attempts):
    for attempt in attempts:
        try:
            attempt()
        except Exception as exc:
            print("swallowed:", repr(exc))


def too_slow():
    raise fumehood.TimeLimitExceeded("made by hand")


careless([lambda: 1 / 0, lambda: [][0]])
try:
    careless([lambda: {}["x"], too_slow, lambda: print("never called")])
except fumehood.LimitExceeded as exc:
    print("came through:", type(exc).__name__, exc)

#=> ['Cancelled', 'CpuTimeLimitExceeded', 'FuelLimitExceeded', 'OutputLimitExceeded', 'TimeLimitExceeded', 'ToolCallLimitExceeded']
#=> False
#=> True
#=> swallowed: ZeroDivisionError('division by zero')
#=> swallowed: IndexError('list index out of range')
#=> swallowed: KeyError('x')
#=> came through: TimeLimitExceeded made by hand
