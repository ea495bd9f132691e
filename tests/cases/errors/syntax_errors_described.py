# What SyntaxErrors say of typical slips in generated code: position, text and kind.
SLIPS = {
    "missing colon": "if x > 3\n    print(x)\n",
    "unclosed bracket": "values = [1, 2\nprint(values)\n",
    "bad indent": "def f():\nreturn 1\n",
    "extra indent": "x = 1\n    y = 2\n",
    "dedent": "if True:\n        x = 1\n    y = 2\n",
    "unclosed string": "name = 'ada\n",
    "assign to call": "f(x) = 3\n",
    "equals in condition": "while x = 3:\n    pass\n",
    "print statement": "print 'hello'\n",
    "keyword as name": "class = 3\n",
    "return outside": "return 5\n",
    "await outside": "def f():\n    await g()\n",
    "break outside": "break\n",
    "duplicate argument": "def f(a, a): pass\n",
    "default order": "def f(a=1, b): pass\n",
    "markdown fence": "```python\nprint(1)\n```\n",
    "curly quotes": "print(\u201chello\u201d)\n",
    "mixed up": "x = {'a': 1, 'b'}\n",
}
for name, source in SLIPS.items():
    try:
        compile(source, "<llm>", "exec")
        print(f"{name:<20} compiles")
    except SyntaxError as exc:
        line = (exc.text or "").strip()
        print(f"{name:<20}{type(exc).__name__:<17}line {exc.lineno}  {line or '-'}")
try:
    exec("x = (1 +\n     2\ny = 3")
except SyntaxError as exc:
    print(exc.msg, exc.filename, exc.lineno)

#=> missing colon       SyntaxError      line 1  if x > 3
#=> unclosed bracket    SyntaxError      line 1  values = [1, 2
#=> bad indent          IndentationError line 2  return 1
#=> extra indent        IndentationError line 2  y = 2
#=> dedent              IndentationError line 3  y = 2
#=> unclosed string     SyntaxError      line 1  name = 'ada
#=> assign to call      SyntaxError      line 1  f(x) = 3
#=> equals in condition SyntaxError      line 1  while x = 3:
#=> print statement     SyntaxError      line 1  print 'hello'
#=> keyword as name     SyntaxError      line 1  class = 3
#=> return outside      SyntaxError      line 1  -
#=> await outside       SyntaxError      line 2  -
#=> break outside       SyntaxError      line 1  -
#=> duplicate argument  SyntaxError      line 1  -
#=> default order       SyntaxError      line 1  def f(a=1, b): pass
#=> markdown fence      SyntaxError      line 1  ```python
#=> curly quotes        SyntaxError      line 1  print(“hello”)
#=> mixed up            SyntaxError      line 1  x = {'a': 1, 'b'}
#=> '(' was never closed <string> 1
