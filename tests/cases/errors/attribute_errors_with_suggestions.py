# python: 3.12
# The hints that tracebacks give for mistyped names and attributes, and an uncaught NameError with such a hint.
import traceback


class Basket:
    colour = "red"

    def __init__(self):
        self.items, self.total = [], 0


def last_line(function):
    try:
        function()
    except Exception as exc:
        text, _, hint = traceback.format_exception_only(exc)[-1].strip().partition(". Did you mean")
        return text, "hint" if hint else None, [name for name in ("items", "colour", "upper", "inventory") if name in hint]


basket, inventory = Basket(), {"tea": 1}
print(last_line(lambda: basket.itmes))
print(last_line(lambda: basket.color))
print(last_line(lambda: inventry))
print(last_line(lambda: basket.completely_different))
print(last_line(lambda: "abc".uper()))
print(last_line(lambda: inventory["cofee"]))
print(last_line(lambda: __import__("jsno"))[0].split(". ")[0])


def summarise(entries):
    for entry in entries:
        print(entry, len(entry))
    return entires


summarise(["a", "bc"])

#=> ("AttributeError: 'Basket' object has no attribute 'itmes'", 'hint', ['items'])
#=> ("AttributeError: 'Basket' object has no attribute 'color'", 'hint', ['colour'])
#=> ("NameError: name 'inventry' is not defined", None, [])
#=> ("AttributeError: 'Basket' object has no attribute 'completely_different'", None, [])
#=> ("AttributeError: 'str' object has no attribute 'uper'", 'hint', ['upper'])
#=> ("KeyError: 'cofee'", None, [])
#=> ModuleNotFoundError: No module named 'jsno'
#=> a 1
#=> bc 2
#! NameError: name 'entires' is not defined. Did you mean: 'entries'?
#@ 37, 34
