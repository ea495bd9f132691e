# Interrupts itself by every signal there is, many times. Nothing is raised where the host has nothing
# to say.
import signal, _thread
for _ in range(1000):
    signal.raise_signal(signal.SIGINT)
for _ in range(100):
    _thread.interrupt_main()
ended = []
for number in range(1, 64):
    if number not in (signal.SIGABRT, signal.SIGINT):
        try:
            signal.signal(number, lambda *a: ended.append(a[0]))
            signal.raise_signal(number)
        except (OSError, ValueError):
            pass
print(len(ended) >= 0)
signal.set_wakeup_fd(-1)
try:
    signal.set_wakeup_fd(3)
except (OSError, ValueError):
    print("no descriptor for it")
#=> True
#=> no descriptor for it
