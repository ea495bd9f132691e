# Showing data: pprint of nested structures, reprlib for big ones, textwrap for paragraphs, and shortened output.
import pprint
import reprlib
import textwrap
from dataclasses import dataclass

order = {"id": 4711, "customer": {"name": "Ada Lovelace", "address": ["12 Analytical Row", "London"]},
         "lines": [{"sku": f"item-{n}", "count": n, "tags": ("new", "hot")} for n in range(1, 4)], "paid": None}
pprint.pprint(order, width=60)
pprint.pprint(order, depth=1, compact=True, sort_dicts=False)
print(pprint.pformat(list(range(25)), width=30, compact=True))
print(pprint.pformat({"n": 1234567, "s": "a long text " * 4}, width=40, underscore_numbers=True, indent=2))


@dataclass
class Bird:
    name: str
    mass: float


loop = [1]
loop.append(loop)
print(pprint.pformat(Bird("gull", 1.2)), pprint.isrecursive(loop))
print(pprint.isreadable({"a": 1}), pprint.saferepr({2: 1, 1: 2}))
short = reprlib.Repr()
short.maxlist, short.maxstring, short.maxdict = 3, 20, 2
print(short.repr(list(range(50))), short.repr("abcdefghij" * 5))
print(short.repr({n: n for n in range(9)}), short.repr([[[[[[[1]]]]]]]))
print(reprlib.repr(set(range(100))), reprlib.repr(10**80))


class Tree:
    def __init__(self, *children):
        self.children = list(children)

    @reprlib.recursive_repr(fillvalue="<again>")
    def __repr__(self):
        return f"Tree({', '.join(map(repr, self.children))})"


tree = Tree(1, Tree())
tree.children.append(tree)
print(tree)
text = ("The   quick brown fox, which\nnobody had invited, jumped over the extraordinarily-lazy dog "
        "at http://example.test/a/long/path.")
print(textwrap.fill(text, width=40, initial_indent="* ", subsequent_indent="  "))
print(textwrap.shorten(text, width=40, placeholder=" [...]"), "|", textwrap.wrap("abcdefghij", 4), textwrap.wrap("", 5))
print(repr(textwrap.dedent("    a\n      b\n\n    c")), repr(textwrap.indent("x\n\ny", "> ")))
print(textwrap.wrap("one two three four five", 9, max_lines=2))
print(textwrap.wrap("well-known long-term", 8, break_on_hyphens=False))

#=> {'customer': {'address': ['12 Analytical Row', 'London'],
#=>               'name': 'Ada Lovelace'},
#=>  'id': 4711,
#=>  'lines': [{'count': 1,
#=>             'sku': 'item-1',
#=>             'tags': ('new', 'hot')},
#=>            {'count': 2,
#=>             'sku': 'item-2',
#=>             'tags': ('new', 'hot')},
#=>            {'count': 3,
#=>             'sku': 'item-3',
#=>             'tags': ('new', 'hot')}],
#=>  'paid': None}
#=> {'id': 4711, 'customer': {...}, 'lines': [...], 'paid': None}
#=> [0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
#=>  10, 11, 12, 13, 14, 15, 16,
#=>  17, 18, 19, 20, 21, 22, 23,
#=>  24]
#=> { 'n': 1_234_567,
#=>   's': 'a long text a long text a long '
#=>        'text a long text '}
#=> Bird(name='gull', mass=1.2) True
#=> True {1: 2, 2: 1}
#=> [0, 1, 2, ...] 'abcdefg...cdefghij'
#=> {0: 0, 1: 1, ...} [[[[[[[...]]]]]]]
#=> {0, 1, 2, 3, 4, 5, ...} 100000000000000000...0000000000000000000
#=> Tree(1, Tree(), <again>)
#=> * The   quick brown fox, which nobody
#=>   had invited, jumped over the
#=>   extraordinarily-lazy dog at
#=>   http://example.test/a/long/path.
#=> The quick brown fox, which nobody [...] | ['abcd', 'efgh', 'ij'] []
#=> 'a\n  b\n\nc' '> x\n\n> y'
#=> ['one two', '[...]']
#=> ['well-kno', 'wn long-', 'term']
