# How calls bind arguments: positional-only, keyword-only, defaults, unpacking, and the messages of wrong calls.
import inspect


def place(x, y=0, /, *rest, colour="red", **options):
    return x, y, rest, colour, options


def only(first, /, second, *, third):
    return first, second, third


def collect(item, into=[]):
    into.append(item)
    return into


print(place(1), place(1, 2, 3, 4, colour="blue", x=5, y=6))
print(only(1, 2, third=3), only(1, second=2, third=3))
print(place(*range(3), *"ab", **{"size": 1}, **{"colour": "tan"}))
print(collect(1), collect(2), collect(3, []), collect.__defaults__)
for call in ("only(1, 2, 3)", "only(first=1, second=2, third=3)", "only(1, 2)", "only(1, 2, third=3, fourth=4)",
             "only(1, 2, second=3, third=4)", "place()", "place(1, **{'colour': 1}, colour=2)"):
    try:
        print(eval(call))
    except TypeError as exc:
        print("TypeError:", exc)
signature = inspect.signature(place)
print(signature, [parameter.kind.name for parameter in signature.parameters.values()])
bound = signature.bind(10, 20, 30, size="L")
bound.apply_defaults()
print(dict(bound.arguments), bound.args, bound.kwargs)

#=> (1, 0, (), 'red', {}) (1, 2, (3, 4), 'blue', {'x': 5, 'y': 6})
#=> (1, 2, 3) (1, 2, 3)
#=> (0, 1, (2, 'a', 'b'), 'tan', {'size': 1})
#=> [1, 2] [1, 2] [3] ([1, 2],)
#=> TypeError: only() takes 2 positional arguments but 3 were given
#=> TypeError: only() got some positional-only arguments passed as keyword arguments: 'first'
#=> TypeError: only() missing 1 required keyword-only argument: 'third'
#=> TypeError: only() got an unexpected keyword argument 'fourth'
#=> TypeError: only() got multiple values for argument 'second'
#=> TypeError: place() missing 1 required positional argument: 'x'
#=> TypeError: __main__.place() got multiple values for keyword argument 'colour'
#=> (x, y=0, /, *rest, colour='red', **options) ['POSITIONAL_ONLY', 'POSITIONAL_ONLY', 'VAR_POSITIONAL', 'KEYWORD_ONLY', 'VAR_KEYWORD']
#=> {'x': 10, 'y': 20, 'rest': (30,), 'colour': 'red', 'options': {'size': 'L'}} (10, 20, 30) {'colour': 'red', 'size': 'L'}
