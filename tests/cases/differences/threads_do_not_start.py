# guest: there is one thread
# A pool of threads does its work at once, in the thread that hands it over; most programs mean no more than that.
import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

order = []


def work(name):
    order.append(f"{name} in {threading.current_thread().name}")
    return name.upper()


for start in (threading.Thread(target=work, args=("a",)).start, threading.Timer(0, work, ["b"]).start):
    try:
        start()
    except RuntimeError as exc:
        print("RuntimeError:", str(exc).split(";")[0])
with ThreadPoolExecutor(4) as pool:
    future = pool.submit(work, "c")
    order.append(f"submitted, done: {future.done()}")
    print(list(pool.map(work, "de")), future.result())
print(asyncio.run(asyncio.to_thread(work, "f")))
print(order)
print(threading.active_count(), threading.current_thread() is threading.main_thread(), threading.Lock().acquire())
start = time.perf_counter()
with ThreadPoolExecutor(3) as pool:
    list(pool.map(time.sleep, [0.02] * 3))
print("one after the other:", time.perf_counter() - start > 0.059)

#=> RuntimeError: the sandbox has no threads
#=> RuntimeError: the sandbox has no threads
#=> ['D', 'E'] C
#=> F
#=> ['c in MainThread', 'submitted, done: True', 'd in MainThread', 'e in MainThread', 'f in MainThread']
#=> 1 True True
#=> one after the other: True
