# Calls a tool with what has no JSON form. The tool is not called, and the message says what it was.
def tried(value):
    try:
        echo(value)
        print("called")
    except Exception as error:
        print(type(error).__name__, str(error)[:60])
for value in (float("nan"), float("inf"), -float("inf"), [1, float("nan")], "\ud800", {"\udfff": 1}, ["\ud800"],
              object(), echo, print, open("/tmp/f", "w"), (i for i in range(3)), type, 1j, Ellipsis, range(3),
              {1: "a", "1": "b"}, {(1, 2): 3}, {None: 1, "null": 2}, __import__("os"), 10 ** 5000):
    tried(value)
#=> ToolArgumentError echo: argument ['value'] is nan, which JSON cannot express
#=> ToolArgumentError echo: argument ['value'] is inf, which JSON cannot express
#=> ToolArgumentError echo: argument ['value'] is -inf, which JSON cannot express
#=> ToolArgumentError echo: argument ['value'][1] is nan, which JSON cannot expres
#=> ToolArgumentError echo: text with a lone surrogate at 10
#=> ToolArgumentError echo: text with a lone surrogate at 11
#=> ToolArgumentError echo: text with a lone surrogate at 11
#=> ToolArgumentError echo: argument ['value'] is a object, which has no JSON form
#=> ToolArgumentError echo: argument ['value'] is a function, which has no JSON fo
#=> ToolArgumentError echo: argument ['value'] is a builtin_function_or_method, wh
#=> ToolArgumentError echo: argument ['value'] is a TextIOWrapper, which has no JS
#=> ToolArgumentError echo: argument ['value'] is a generator, which has no JSON f
#=> ToolArgumentError echo: argument ['value'] is a type, which has no JSON form
#=> ToolArgumentError echo: argument ['value'] is a complex, which has no JSON for
#=> ToolArgumentError echo: argument ['value'] is a ellipsis, which has no JSON fo
#=> ToolArgumentError echo: argument ['value'] is a range, which has no JSON form
#=> ToolArgumentError echo: argument ['value'] has two keys that are '1' in JSON
#=> called
#=> ToolArgumentError echo: argument ['value'] has two keys that are 'null' in JSO
#=> ToolArgumentError echo: argument ['value'] is a module, which has no JSON form
#=> ToolArgumentError echo: Exceeds the limit (4300 digits) for integer string con
