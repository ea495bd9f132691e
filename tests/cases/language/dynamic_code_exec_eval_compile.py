# Running code from text: exec and eval with namespaces, compiled code objects, and where a syntax error points.
import ast
import builtins

namespace = {"rate": 1.5}
exec("def charge(hours):\n    return hours * rate\ntotal = charge(4)", namespace)
print(namespace["total"], namespace["charge"](10), "total" in globals(), "__builtins__" in namespace)
print(eval("a + b * c", {"c": 10}, {"a": 1, "b": 2}), eval("sorted(x)", {"__builtins__": {"sorted": sorted}, "x": "ba"}))
try:
    eval("open('x')", {"__builtins__": {}})
except NameError as exc:
    print("NameError:", exc)


def locals_are_a_copy():
    value = 1
    exec("value = 2")
    scope = {}
    exec("value = 3", {}, scope)
    return value, scope


print(locals_are_a_copy())
code = compile("[n ** 2 for n in range(size)]", "<formula>", "eval")
print([eval(code, {"size": size}) for size in (2, 4)], code.co_filename, code.co_names)
single = compile("6 * 7; 'shown'; None", "<prompt>", "single")
exec(single)
for source in ("1 +", "x = = 2", "if True:\npass", "return 5", "'open", "f(**a, *b)"):
    try:
        compile(source, "<user>", "exec")
    except SyntaxError as exc:
        print(type(exc).__name__, exc.lineno, exc.filename)

allowed = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Constant, ast.operator, ast.unaryop)
for formula in ("2 * (3 + 4) ** 2", "-7 // 2", "__import__('os')"):
    tree = ast.parse(formula, mode="eval")
    safe = all(isinstance(node, allowed) for node in ast.walk(tree))
    print(formula, "=", eval(compile(tree, "<safe>", "eval")) if safe else "refused")
print(ast.literal_eval("{'a': [1, (2.5, None)], 'b': {3}}"), eval("(lambda: rate)()", namespace), callable(builtins.exec))

#=> 6.0 15.0 False True
#=> 21 ['a', 'b']
#=> NameError: name 'open' is not defined
#=> (1, {'value': 3})
#=> [[0, 1], [0, 1, 4, 9]] <formula> ('range', 'size')
#=> 42
#=> 'shown'
#=> SyntaxError 1 <user>
#=> SyntaxError 1 <user>
#=> IndentationError 2 <user>
#=> SyntaxError 1 <user>
#=> SyntaxError 1 <user>
#=> SyntaxError 1 <user>
#=> 2 * (3 + 4) ** 2 = 98
#=> -7 // 2 = -4
#=> __import__('os') = refused
#=> {'a': [1, (2.5, None)], 'b': {3}} 1.5 True
