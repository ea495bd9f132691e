# Changes the built-in types themselves, through what the collector knows of their dictionaries.
import gc
for cls in (int, str, list, dict, type, object, BaseException):
    for referent in gc.get_referents(cls.__dict__):
        if type(referent) is dict and "__len__" in referent or type(referent) is dict and "__repr__" in referent:
            referent["__add__"] = lambda a, b: "changed"
            referent["__init__"] = None
            referent["evil"] = lambda self: "evil"
print(1 + 1)
#% ends: completed | raised TypeError | failed
#% session: either
#% after: fresh
#=> 2
