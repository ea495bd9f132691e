# Weak references: callbacks, WeakValueDictionary as a cache, WeakSet of listeners and WeakMethod.
import gc
import weakref


class Image:
    loads = 0

    def __init__(self, path):
        self.path = path
        Image.loads += 1

    def __repr__(self):
        return f"<{self.path}>"


class Listener:
    def __init__(self, name):
        self.name = name

    def heard(self, message):
        return f"{self.name} heard {message}"


class Radio:
    def __init__(self):
        self.listeners = weakref.WeakSet()
        self.callbacks = []

    def tell(self, message):
        told = sorted(listener.heard(message) for listener in self.listeners)
        return told + [callback()(message) for callback in self.callbacks if callback()]


cache = weakref.WeakValueDictionary()


def open_image(path):
    if (image := cache.get(path)) is None:
        image = cache[path] = Image(path)
    return image


first, again = open_image("a.png"), open_image("a.png")
other = open_image("b.png")
print(first is again, Image.loads, dict(cache))
del first, again
gc.collect()
print(dict(cache), "a.png" in cache, open_image("b.png") is other, Image.loads)

events = []
reference = weakref.ref(other, lambda ref: events.append(f"gone: {ref() is None}"))
proxy = weakref.proxy(other)
print(reference(), proxy.path, weakref.getweakrefcount(other) >= 2, reference == weakref.ref(other))
del other
gc.collect()
print(reference(), events)
try:
    proxy.path
except ReferenceError as exc:
    print("ReferenceError:", exc)

radio, ann, ben = Radio(), Listener("ann"), Listener("ben")
radio.listeners.update([ann, ben])
radio.callbacks.append(weakref.WeakMethod(ann.heard))
print(radio.tell("news"))
notes = weakref.WeakKeyDictionary({ann: "note"})
del ann
gc.collect()
print(radio.tell("jazz"), len(notes), len(radio.listeners))

#=> True 2 {'a.png': <a.png>, 'b.png': <b.png>}
#=> {'b.png': <b.png>} False True 2
#=> <b.png> b.png True True
#=> None ['gone: True']
#=> ReferenceError: weakly-referenced object no longer exists
#=> ['ann heard news', 'ben heard news', 'ann heard news']
#=> ['ben heard jazz'] 0 1
