# Measures how long things take, to find out what others do. The clock is the host's, so that it can; what
# it cannot is name them.
import time
start = time.perf_counter_ns()
steps = [time.perf_counter_ns() for _ in range(10_000)]
print(min(b - a for a, b in zip(steps, steps[1:])) >= 0, time.perf_counter_ns() > start)
print(abs(time.time() - time.time_ns() / 1e9) < 60, time.monotonic() < 3600)
#=> True True
#=> True True
