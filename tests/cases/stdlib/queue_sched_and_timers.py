# queue in one thread, sched with a fake clock, and measuring time without depending on it.
import queue
import sched
import time
import timeit

jobs = queue.PriorityQueue()
for job in ((2, "write"), (1, "plan"), (3, "ship")):
    jobs.put(job)
print([jobs.get_nowait()[1] for _ in range(3)], jobs.empty(), jobs.qsize())
line = queue.Queue(maxsize=2)
line.put("a")
line.put("b", block=False)
for attempt in (lambda: line.put("c", block=False), lambda: line.put_nowait("d"), lambda: jobs.get(block=False)):
    try:
        attempt()
    except (queue.Full, queue.Empty) as exc:
        print(type(exc).__name__, end=" ")
print(line.full(), line.get(), line.get(), line.unfinished_tasks)
line.task_done()
stack = queue.LifoQueue()
for item in "xyz":
    stack.put(item)
simple = queue.SimpleQueue()
simple.put({"any": "thing"})
print([stack.get() for _ in range(3)], simple.get(), simple.empty())


class Clock:
    now = 100.0

    def time(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


clock, log = Clock(), []
scheduler = sched.scheduler(clock.time, clock.sleep)


def note(text, again=0):
    log.append(f"{clock.now:g} {text}")
    if again:
        scheduler.enter(5, 1, note, (text, again - 1))


scheduler.enter(10, 1, note, ("tick",), {"again": 2})
scheduler.enter(10, 0, note, ("before tick",))
late = scheduler.enterabs(500, 1, note, ("never",))
scheduler.enterabs(103, 1, note, ("early",))
print([event.argument[0] for event in scheduler.queue])
scheduler.cancel(late)
scheduler.run()
print(log, scheduler.empty(), clock.now)

start = time.perf_counter()
time.sleep(0.02)
elapsed = time.perf_counter() - start
print(0.019 < elapsed < 5, time.monotonic() <= time.monotonic(), abs(time.time() - time.time_ns() / 1e9) < 5)
print(time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(86400 * 365)))
print(time.gmtime(0)[:6], time.strptime("3 Feb 2024", "%d %b %Y").tm_yday)
print(timeit.timeit("sum(range(5))", number=10) > 0)
print(len(timeit.Timer("x + 1", "x = 1").repeat(2, 3)), time.process_time() >= 0)

#=> ['plan', 'write', 'ship'] True 0
#=> Full Full Empty True a b 2
#=> ['z', 'y', 'x'] {'any': 'thing'} True
#=> ['early', 'before tick', 'tick', 'never']
#=> ['103 early', '110 before tick', '110 tick', '115 tick', '120 tick'] True 120.0
#=> True True True
#=> 1971-01-01 00:00:00
#=> (1970, 1, 1, 0, 0, 0) 34
#=> True
#=> 2 True
