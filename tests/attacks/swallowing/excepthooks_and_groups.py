# Packs the limit into a group, or has it raised out of one, so that it is not what it was.
#% limits: time=200ms
try:
    while True: pass
except BaseException as error:
    raise BaseExceptionGroup("mine", [error])
#%% step
try:
    while True: pass
except* BaseException as group:
    print("split", len(group.exceptions))
#=> split 1
#% ends 1: limit time_ms
#% ends: completed
