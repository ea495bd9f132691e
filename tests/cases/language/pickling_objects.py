# Pickle: instances, shared references, __reduce__, state hooks, protocols, and what cannot be pickled.
import io
import pickle
from collections import OrderedDict, namedtuple
from datetime import date

Point = namedtuple("Point", "x y")


class Session:
    def __init__(self, user):
        self.user, self.log, self.handle = user, ["opened"], lambda: user

    def __getstate__(self):
        return {key: value for key, value in self.__dict__.items() if key != "handle"}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.log.append("restored")
        self.handle = None


class Singleton:
    instance = None

    def __new__(cls):
        cls.instance = cls.instance or super().__new__(cls)
        return cls.instance

    def __reduce__(self):
        return Singleton, ()


class Slots:
    __slots__ = ("a", "b")


session = Session("ada")
shared = [1, 2]
value = {"session": session, "pair": (shared, shared), "day": date(2024, 2, 29), "point": Point(1, 2.5), "set": {3},
         "order": OrderedDict(b=1, a=2), "one": Singleton(), "big": 10**30, "bytes": b"\x00\xff", "text": "ünï"}
value["self"] = value
for protocol in (0, 2, pickle.HIGHEST_PROTOCOL):
    back = pickle.loads(pickle.dumps(value, protocol))
    print(protocol, back["pair"][0] is back["pair"][1], back["self"] is back, back["one"] is Singleton(), back["big"])
print(back["session"].log, back["session"].handle, session.log)
print(back["point"], back["day"], list(back["order"]), back["text"])

slots = Slots()
slots.a = "set"
copied = pickle.loads(pickle.dumps(slots))
print(copied.a, hasattr(copied, "b"), pickle.loads(pickle.dumps(len)) is len, pickle.loads(pickle.dumps(Slots)) is Slots)
stream = io.BytesIO()
for item in ("first", ["second"], None):
    pickle.dump(item, stream)
stream.seek(0)
print([pickle.load(stream) for _ in range(3)])


class Careful(pickle.Unpickler):
    def find_class(self, module, name):
        raise pickle.UnpicklingError(f"{name} is forbidden")


for attempt in (lambda: pickle.dumps(lambda: 1), lambda: pickle.load(stream), lambda: pickle.dumps(n for n in "ab"),
                lambda: Careful(io.BytesIO(pickle.dumps(date(2024, 1, 1)))).load()):
    try:
        attempt()
    except (pickle.PicklingError, pickle.UnpicklingError, EOFError, TypeError, AttributeError) as exc:
        print(exc if isinstance(exc, pickle.UnpicklingError) else isinstance(exc, (EOFError, TypeError)), end="; ")
print("done")

#=> 0 True True True 1000000000000000000000000000000
#=> 2 True True True 1000000000000000000000000000000
#=> 5 True True True 1000000000000000000000000000000
#=> ['opened', 'restored'] None ['opened']
#=> Point(x=1, y=2.5) 2024-02-29 ['b', 'a'] ünï
#=> set False True True
#=> ['first', ['second'], None]
#=> False; True; True; date is forbidden; done
