# The messages of the commonest built-in exceptions, ending with an AttributeError on None.
number, word, items = 42, "abc", [1, 2, 3]
CASES = [
    lambda: items[5],
    lambda: tuple(items)[3],
    lambda: word[10],
    lambda: {"a": 1}["b"],
    lambda: [].pop(),
    lambda: number.foo_bar_baz,
    lambda: word + number,
    lambda: number + word,
    lambda: [1] + (2,),
    lambda: 3 < "4",
    lambda: len(number),
    lambda: number[0],
    lambda: word(),
    lambda: iter(3.5),
    lambda: int("12.5"),
    lambda: float("abc"),
    lambda: 1 / 0,
    lambda: word.index("z"),
    lambda: ",".join(["a", 1]),
    lambda: items["1"],
    lambda: (lambda a, b: a)(1),
    lambda: b"\xff".decode("utf-8"),
]
for position, case in enumerate(CASES, start=1):
    try:
        case()
    except Exception as exc:
        print(f"{position:>2} {type(exc).__name__}: {exc}")


def find_user(users, name):
    return next((user for user in users if user["name"] == name), None)


print(find_user([{"name": "ada"}], "ada").get("name"))
print(find_user([{"name": "ada"}], "zoe").get("name"))

#=>  1 IndexError: list index out of range
#=>  2 IndexError: tuple index out of range
#=>  3 IndexError: string index out of range
#=>  4 KeyError: 'b'
#=>  5 IndexError: pop from empty list
#=>  6 AttributeError: 'int' object has no attribute 'foo_bar_baz'
#=>  7 TypeError: can only concatenate str (not "int") to str
#=>  8 TypeError: unsupported operand type(s) for +: 'int' and 'str'
#=>  9 TypeError: can only concatenate list (not "tuple") to list
#=> 10 TypeError: '<' not supported between instances of 'int' and 'str'
#=> 11 TypeError: object of type 'int' has no len()
#=> 12 TypeError: 'int' object is not subscriptable
#=> 13 TypeError: 'str' object is not callable
#=> 14 TypeError: 'float' object is not iterable
#=> 15 ValueError: invalid literal for int() with base 10: '12.5'
#=> 16 ValueError: could not convert string to float: 'abc'
#=> 17 ZeroDivisionError: division by zero
#=> 18 ValueError: substring not found
#=> 19 TypeError: sequence item 1: expected str instance, int found
#=> 20 TypeError: list indices must be integers or slices, not str
#=> 21 TypeError: <lambda>.<locals>.<lambda>() missing 1 required positional argument: 'b'
#=> 22 UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte
#=> ada
#! AttributeError: 'NoneType' object has no attribute 'get'
#@ 39
