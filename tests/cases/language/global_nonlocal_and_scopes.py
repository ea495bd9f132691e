# Scopes: global and nonlocal, unbound locals, names in nested functions and classes, and loop variables that stay.
total, name = 0, "module"


def add(amount):
    global total, created
    total += amount
    created = True
    return total


def broken():
    print(total)
    total = 5


def levels():
    name = "outer"

    def middle():
        def inner():
            nonlocal name
            name += "+inner"
            return name

        return inner() + "|" + name

    class Local:
        name = "class"
        seen = name
        method_sees = staticmethod(lambda: name)

    return middle(), name, Local.seen, Local.method_sees()


def accumulators():
    totals = {}

    def book(key, amount):
        totals[key] = totals.get(key, 0) + amount
        return totals

    return book, lambda: sum(totals.values())


print(add(3), add(4), total, created)
try:
    broken()
except UnboundLocalError as exc:
    print("UnboundLocalError:", exc, isinstance(exc, NameError))
print(levels(), name)
book, balance = accumulators()
book("rent", -500), book("pay", 900), book("pay", 50)
print(balance(), book.__closure__[0].cell_contents, book.__code__.co_freevars, levels.__code__.co_cellvars)

for i in range(3):
    pass
print(i, [i for i in range(5)][-1], i)
numbers = [lambda: i for i in range(3)]
i = 10
print([f() for f in numbers], (lambda: i)())
if False:
    never = 1
print("never" in globals(), "name" in vars(), [key for key in ("total", "balance") if key in globals()])
try:
    compile("def f():\n    x = 1\n    global x", "<s>", "exec")
except SyntaxError as exc:
    print("SyntaxError:", exc.msg)

#=> 3 7 7 True
#=> UnboundLocalError: cannot access local variable 'total' where it is not associated with a value True
#=> ('outer+inner|outer+inner', 'outer+inner', 'class', 'outer+inner') module
#=> 450 {'rent': -500, 'pay': 950} ('totals',) ('name',)
#=> 2 4 2
#=> [2, 2, 2] 10
#=> False True ['total', 'balance']
#=> SyntaxError: name 'x' is assigned to before global declaration
