# Looking at a running program: cProfile and pstats, sys.settrace and setprofile, tracemalloc and timing a call.
import cProfile
import io
import pstats
import sys
import tracemalloc


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def work():
    total = 0
    for n in range(8):
        total += fib(n)
    return total


profile = cProfile.Profile()
print(profile.runcall(work))
stats = pstats.Stats(profile, stream=io.StringIO())
calls = {name: (primitive, total) for (_, _, name), (primitive, total, *_) in stats.stats.items() if name in ("fib", "work")}
print(dict(sorted(calls.items())), stats.total_calls >= 100)
callers = {name: [caller[2] for caller in entry[4]] for (_, _, name), entry in stats.stats.items() if name == "fib"}
print({name: sorted(who) for name, who in callers.items()})
stats.sort_stats("ncalls").print_stats("fib")
report = [line.split() for line in stats.stream.getvalue().splitlines() if "(fib)" in line]
print(len(report), report[0][0])

events = []


def tracer(frame, event, argument):
    if frame.f_code.co_name in ("work", "fib"):
        events.append((event, frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))
    return tracer if frame.f_code.co_name == "small" else None


def small(flag):
    value = 1
    if flag:
        value += 1
    return value


lines = []


def line_tracer(frame, event, argument):
    if frame.f_code.co_name == "small":
        lines.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
        return line_tracer


sys.settrace(line_tracer)
small(True)
small(False)
sys.settrace(None)
print(lines)
sys.setprofile(lambda frame, event, argument: events.append(event) if frame.f_code.co_name == "fib" else None)
fib(3)
sys.setprofile(None)
print(events.count("call"), events.count("return"), sys.gettrace(), sys.getprofile())

tracemalloc.start()
before = tracemalloc.take_snapshot()
kept = [bytes(1000) for _ in range(200)]
after = tracemalloc.take_snapshot()
grown = after.compare_to(before, "lineno")
print(sum(item.size_diff for item in grown) > 150_000, tracemalloc.get_traced_memory()[1] > 150_000, len(kept))
tracemalloc.stop()
print(tracemalloc.is_tracing())

#=> 33
#=> {'fib': (8, 100), 'work': (1, 1)} True
#=> {'fib': ['fib', 'work']}
#=> 1 100/8
#=> [('call', 0), ('line', 1), ('line', 2), ('line', 3), ('line', 4), ('return', 4), ('call', 0), ('line', 1), ('line', 2), ('line', 4), ('return', 4)]
#=> 5 5 None None
#=> True True 200
#=> False
