# Locks, events and queues, as far as one thread has use for them.
import queue
import threading

lock = threading.Lock()
print(lock.acquire(), lock.locked(), lock.acquire(blocking=False), lock.acquire(timeout=0.01))
lock.release()
with lock:
    print(lock.locked())
print(lock.locked(), type(lock).__name__)
for wrong in (lock.release, lambda: lock.acquire(False, 1), lambda: lock.acquire(timeout=-2)):
    try:
        wrong()
    except (RuntimeError, ValueError) as error:
        print(type(error).__name__)

event = threading.Event()
print(event.wait(0.01), event.is_set())
event.set()
print(event.wait(), event.wait(0.01))

for make in (queue.Queue, queue.SimpleQueue, queue.LifoQueue, queue.PriorityQueue):
    jobs = make()
    jobs.put(2)
    jobs.put(1)
    print(make.__name__.lstrip("_"), jobs.get(), jobs.get(timeout=1), end=" ")
    try:
        jobs.get(timeout=0.01)
    except queue.Empty:
        print("empty")

full = queue.Queue(maxsize=1)
full.put(1)
try:
    full.put(2, timeout=0.01)
except queue.Full:
    print("full")

semaphore = threading.BoundedSemaphore(2)
print([semaphore.acquire(timeout=0.01) for _ in range(3)])
condition = threading.Condition()
with condition:
    print(condition.wait(0.01), condition.wait_for(lambda: True))
nested = threading.RLock()
with nested, nested:
    print("nested")
#=> True True False False
#=> True
#=> False lock
#=> RuntimeError
#=> ValueError
#=> ValueError
#=> False False
#=> True True
#=> Queue 2 1 empty
#=> SimpleQueue 2 1 empty
#=> LifoQueue 1 2 empty
#=> PriorityQueue 1 2 empty
#=> full
#=> [True, True, False]
#=> False True
#=> nested
