# Sends signals to the host's process and to others.
import os, signal
for do in (lambda: os.kill(1, 9), lambda: os.kill(os.getpid(), 9), lambda: os.killpg(1, 9),
           lambda: signal.pthread_kill(1, 9), lambda: signal.alarm(1),
           lambda: signal.setitimer(signal.ITIMER_REAL, 1), lambda: signal.sigwait([2]),
           lambda: signal.pidfd_send_signal(3, 9), lambda: signal.siginterrupt(2, True)):
    try:
        print(do())
    except (AttributeError, OSError):
        print("refused")
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
