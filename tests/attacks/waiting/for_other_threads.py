# Waits for what only another thread could do, and for ever. There is none, which is told at once.
#% limits: time=2s
import concurrent.futures, queue, threading
held = threading.Lock()
held.acquire()
condition = threading.Condition()
def waits():
    with condition:
        condition.wait()
for wait in (held.acquire, held.__enter__, threading.Event().wait, queue.Queue().get, queue.SimpleQueue().get,
             threading.Semaphore(0).acquire, threading.Barrier(2).wait, waits,
             concurrent.futures.Future().result):
    try:
        wait()
        print("waited")
    except RuntimeError as error:
        print(str(error)[:8])
#=> deadlock
#=> deadlock
#=> deadlock
#=> deadlock
#=> deadlock
#=> deadlock
#=> deadlock
#=> deadlock
#=> deadlock
