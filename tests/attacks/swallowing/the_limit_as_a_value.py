# Catches the limit, keeps it, raises it later, when nothing was reached; and makes it the cause of
# another exception.
#% limits: time=200ms
kept = None
try:
    while True: pass
except BaseException as error:
    kept = error
#%% step
raise kept
#%% step
try:
    while True: pass
except BaseException as error:
    raise ValueError("mine") from error
#% ends 1: completed
#% ends 2: raised fumehood.TimeLimitExceeded
#% ends: raised ValueError
