# guest: nothing outside sends signals; the handler of SIGINT is the one through which the host ends a step
# A program may raise signals for itself. One that has no handler ends the interpreter, as anywhere.
import os
import signal

print([name for name in ("alarm", "setitimer", "pause", "sigwait", "valid_signals", "pthread_kill") if hasattr(signal, name)])
print(hasattr(os, "kill"))
handler = signal.getsignal(signal.SIGINT)
print(handler.__module__.partition(".")[0], handler is signal.default_int_handler, signal.raise_signal(signal.SIGINT))
got = []
signal.signal(signal.SIGUSR1, lambda number, frame: got.append((signal.Signals(number).name, frame.f_code.co_name)))


def poke():
    signal.raise_signal(signal.SIGUSR1)
    return got


print(poke(), signal.getsignal(signal.SIGTERM).name)
try:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt as exc:
    print(type(exc).__name__)
finally:
    signal.signal(signal.SIGINT, handler)

#=> []
#=> False
#=> fumehood False None
#=> [('SIGUSR1', 'poke')] SIG_DFL
#=> KeyboardInterrupt
