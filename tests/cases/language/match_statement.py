# Structural pattern matching over literals, sequences, mappings, classes and guards.
from dataclasses import dataclass


@dataclass
class Point:
    x: float
    y: float


def describe(value):
    match value:
        case None | False:
            return "nothing"
        case 0 | 1:
            return "a bit"
        case int(n) if n < 0:
            return f"negative {n}"
        case int() | float() as n:
            return f"number {n}"
        case Point(x=0, y=0):
            return "the origin"
        case Point(x, 0):
            return f"on the x axis at {x}"
        case ["move", (dx, dy)]:
            return f"move by {dx}, {dy}"
        case [first, *middle, last]:
            return f"from {first} to {last} through {len(middle)}"
        case {"type": "user", "name": str(name), **rest}:
            return f"user {name} with {sorted(rest)}"
        case str() | bytes():
            return f"{len(value)} long text"
        case _:
            return "something else"


samples = [None, 1, -7, 2.5, Point(0, 0), Point(3, 0), Point(1, 2), ["move", (4, -2)], (1, 2, 3, 4),
           {"type": "user", "name": "Ada", "id": 7, "admin": True}, {"type": "user"}, "hello", [], False]
for sample in samples:
    print(f"{sample!r:<62} {describe(sample)}")

#=> None                                                           nothing
#=> 1                                                              a bit
#=> -7                                                             negative -7
#=> 2.5                                                            number 2.5
#=> Point(x=0, y=0)                                                the origin
#=> Point(x=3, y=0)                                                on the x axis at 3
#=> Point(x=1, y=2)                                                something else
#=> ['move', (4, -2)]                                              move by 4, -2
#=> (1, 2, 3, 4)                                                   from 1 to 4 through 2
#=> {'type': 'user', 'name': 'Ada', 'id': 7, 'admin': True}        user Ada with ['admin', 'id']
#=> {'type': 'user'}                                               something else
#=> 'hello'                                                        5 long text
#=> []                                                             something else
#=> False                                                          nothing
