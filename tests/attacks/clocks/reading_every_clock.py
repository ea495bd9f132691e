# Reads and sets every clock. They go forward, and cannot be set.
import time
for name in ("time", "monotonic", "perf_counter", "process_time"):
    read = getattr(time, name)
    values = [read() for _ in range(1000)]
    print(name, values == sorted(values), time.get_clock_info(name).monotonic or name == "time")
for do in (lambda: time.clock_settime(time.CLOCK_REALTIME, 0), lambda: time.clock_settime_ns(0, 0), lambda: time.tzset(), lambda: time.thread_time(), lambda: time.pthread_getcpuclockid(1)):
    try:
        do()
        print("done")
    except (AttributeError, OSError):
        print("refused")
#=> time True True
#=> monotonic True True
#=> perf_counter True True
#=> process_time True True
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
