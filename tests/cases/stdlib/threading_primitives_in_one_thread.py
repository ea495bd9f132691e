# Locks, events, conditions, thread-local data and pools of futures, used without starting a thread by hand.
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait

lock, reentrant = threading.Lock(), threading.RLock()
with lock:
    print(lock.locked(), lock.acquire(blocking=False))
with reentrant, reentrant:
    print("twice", reentrant.acquire(blocking=False), reentrant.release())
try:
    lock.release()
except RuntimeError as exc:
    print("RuntimeError:", exc)
event = threading.Event()
print(event.is_set(), event.set(), event.wait(), event.is_set())
condition = threading.Condition()
with condition:
    condition.notify_all()
    print(condition.wait_for(lambda: True))
slots = threading.BoundedSemaphore(2)
print(slots.acquire(), slots.acquire(), slots.acquire(blocking=False), slots.release(2))
local = threading.local()
local.name = "main's own"
print(local.name, hasattr(local, "other"))
print(threading.current_thread() is threading.main_thread(), threading.current_thread().name)


def fetch(page):
    if page == 3:
        raise LookupError(f"page {page}")
    return f"<{page}>"


with ThreadPoolExecutor(max_workers=3) as pool:
    print(list(pool.map(fetch, [1, 2, 4])), list(pool.map(pow, [2, 3], [5, 2])))
    futures = {pool.submit(fetch, page): page for page in (1, 2, 3)}
    results = {}
    for future in as_completed(futures):
        page = futures[future]
        results[page] = repr(future.exception()) if future.exception() else future.result()
    print(dict(sorted(results.items())))
    done, waiting = wait([pool.submit(fetch, 7), pool.submit(fetch, 8)])
    print(sorted(future.result() for future in done), len(waiting), FIRST_COMPLETED)
    nested = pool.submit(lambda: sum(range(10)))
    nested.add_done_callback(lambda future: results.update(callback=future.result()))
    print(nested.result(timeout=5), nested.done(), nested.cancel(), nested.running())
print(results["callback"])
try:
    pool.submit(fetch, 1)
except RuntimeError as exc:
    print("RuntimeError:", exc)
try:
    future = Future()
    future.set_result("by hand")
    print(future.result(), future.exception())
    future.set_result("again")
except Exception as exc:
    print(type(exc).__name__)

#=> True False
#=> twice True None
#=> RuntimeError: release unlocked lock
#=> False None True True
#=> True
#=> True True False None
#=> main's own False
#=> True MainThread
#=> ['<1>', '<2>', '<4>'] [32, 9]
#=> {1: '<1>', 2: '<2>', 3: "LookupError('page 3')"}
#=> ['<7>', '<8>'] 0 FIRST_COMPLETED
#=> 45 True False False
#=> 45
#=> RuntimeError: cannot schedule new futures after shutdown
#=> by hand None
#=> InvalidStateError
