# Control flow through try, except, else and finally: what runs, what returns and what a finally overrides.


def paths(kind):
    log = []
    for turn in range(3):
        try:
            log.append(f"try{turn}")
            if kind == "continue" and turn == 0:
                continue
            if kind == "break" and turn == 1:
                break
            if kind == "error" and turn == 1:
                raise LookupError(turn)
            if kind == "return" and turn == 1:
                return log
        except LookupError as exc:
            log.append(f"except{exc}")
        else:
            log.append("else")
        finally:
            log.append("finally")
    else:
        log.append("for-else")
    return log


def swap(values):
    try:
        return values["result"]
    finally:
        values["result"] = "changed too late"


def search(haystack, needle):
    for position, item in enumerate(haystack):
        if item == needle:
            break
    else:
        position = None
    return position


def drain(queue):
    while queue:
        item = queue.pop()
        if item is None:
            return "stopped", queue
    else:
        return "empty", queue


for kind in ("plain", "continue", "break", "error", "return"):
    print(f"{kind:<9}", *paths(kind))
values = {"result": "first"}
print(swap(values), values, search("abc", "c"), search("abc", "z"), drain([1, None, 2]), drain([1]))
try:
    exc = "outer"
    raise ValueError("inner")
except ValueError as exc:
    print("caught", exc)
print("exc" in globals())

#=> plain     try0 else finally try1 else finally try2 else finally for-else
#=> continue  try0 finally try1 else finally try2 else finally for-else
#=> break     try0 else finally try1 finally
#=> error     try0 else finally try1 except1 finally try2 else finally for-else
#=> return    try0 else finally try1 finally
#=> first {'result': 'changed too late'} 2 None ('stopped', [1]) ('empty', [])
#=> caught inner
#=> False
