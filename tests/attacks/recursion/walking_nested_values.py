# Nests containers a million deep, and has C walk through them: to print, compare, hash, copy, store.
#% limits: time=20s memory=600MiB
import copy, json, marshal, pickle, pprint
def nested(make, depth):
    value = make(None)
    for _ in range(depth):
        value = make(value)
    return value
def tried(do):
    try:
        do()
        return "done"
    except Exception as error:
        return type(error).__name__
for make, depth in ((lambda x: [x], 100_000), (lambda x: (x,), 100_000), (lambda x: {"a": x}, 100_000)):
    one, two = nested(make, depth), nested(make, depth)
    print([tried(do) for do in (lambda: repr(one), lambda: one == two, lambda: one < two, lambda: hash(one), lambda: copy.deepcopy(one), lambda: pickle.dumps(one),
                                lambda: json.dumps(one), lambda: marshal.dumps(one), lambda: str(one), lambda: pprint.pformat(one), lambda: isinstance(1, one))])
    del one, two
#=> ['RecursionError', 'RecursionError', 'RecursionError', 'TypeError', 'RecursionError', 'RecursionError', 'RecursionError', 'ValueError', 'RecursionError', 'RecursionError', 'TypeError']
#=> ['RecursionError', 'RecursionError', 'RecursionError', 'done', 'RecursionError', 'RecursionError', 'RecursionError', 'ValueError', 'RecursionError', 'RecursionError', 'TypeError']
#=> ['RecursionError', 'RecursionError', 'TypeError', 'TypeError', 'RecursionError', 'RecursionError', 'RecursionError', 'ValueError', 'RecursionError', 'RecursionError', 'TypeError']
