# The ast module: finding names, measuring functions, rewriting expressions, and unparsing the result.
import ast

SOURCE = '''
import os, sys as system
from math import sqrt

def area(width, height=2 + 3):
    """Area of it."""
    if width < 0:
        return 0
    for _ in range(3):
        height = height + 1
    return width * height + (1 + 2) * 4

class Shape:
    corners: int = 4
    def name(self): return f"{self.corners} corners"
print(area(7), sqrt(16))
'''


class Fold(ast.NodeTransformer):
    def visit_BinOp(self, node):
        self.generic_visit(node)
        match node:
            case ast.BinOp(ast.Constant(int(a)), ast.Add(), ast.Constant(int(b))):
                return ast.copy_location(ast.Constant(a + b), node)
            case ast.BinOp(ast.Constant(int(a)), ast.Mult(), ast.Constant(int(b))):
                return ast.copy_location(ast.Constant(a * b), node)
        return node


class Calls(ast.NodeVisitor):
    def __init__(self):
        self.found = []

    def visit_Call(self, node):
        self.found.append((ast.unparse(node.func), len(node.args), node.lineno))
        self.generic_visit(node)


tree = ast.parse(SOURCE)
print([type(node).__name__ for node in tree.body], [alias.name for node in tree.body[:2] for alias in node.names])
function = tree.body[2]
print(function.name, ast.get_docstring(function), [arg.arg for arg in function.args.args], function.end_lineno)
print(sum(isinstance(node, (ast.If, ast.For, ast.While)) for node in ast.walk(function)) + 1, "paths at least")
calls = Calls()
calls.visit(tree)
print(calls.found)
folded = ast.fix_missing_locations(Fold().visit(tree))
print(ast.unparse(folded.body[2].body[-1]), "|", ast.unparse(folded.body[2].args))
exec(compile(folded, "<folded>", "exec"), {"__name__": "inner"})
print(ast.dump(ast.parse("x = -1", mode="exec").body[0].targets[0]), ast.unparse(ast.parse("a  if (b)else   c")))
stored = sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)})
print(stored, ast.get_source_segment(SOURCE, ast.parse(SOURCE).body[3].body[0]))

#=> ['Import', 'ImportFrom', 'FunctionDef', 'ClassDef', 'Expr'] ['os', 'sys', 'sqrt']
#=> area Area of it. ['width', 'height'] 11
#=> 3 paths at least
#=> [('range', 1, 9), ('print', 2, 16), ('area', 1, 16), ('sqrt', 1, 16)]
#=> return width * height + 12 | width, height=5
#=> 68 4.0
#=> Name(id='x', ctx=Store()) a if b else c
#=> ['_', 'corners', 'height'] corners: int = 4
