# Looking at code: tokens of a source, untokenize, code object attributes, bytecode names and symbol tables.
import dis
import io
import keyword
import symtable
import tokenize

SOURCE = "def f(x, *, y=2):  # add\n    total = x + y\n    return [total for _ in range(3)]\n"
tokens = list(tokenize.generate_tokens(io.StringIO(SOURCE).readline))
print([(tokenize.tok_name[token.type], token.string) for token in tokens[:6]])
print([token.string for token in tokens if token.type == tokenize.COMMENT])
print(sum(token.type == tokenize.INDENT for token in tokens))
print(sorted({token.string for token in tokens if token.type == tokenize.NAME and keyword.iskeyword(token.string)}))
print(tokenize.untokenize(tokens) == SOURCE, tokens[3].start, tokens[3].end, tokens[8].line.strip()[:8])
renamed = tokenize.untokenize((token.type, "amount" if token.string == "total" else token.string) for token in tokens)
print(renamed.count("amount"), "total" in renamed)

namespace = {}
exec(SOURCE, namespace)
f = namespace["f"]
code = f.__code__
print(code.co_varnames[:2], code.co_argcount, code.co_kwonlyargcount, code.co_name, code.co_firstlineno, f.__kwdefaults__)
print("range" in code.co_names, bool(code.co_flags & 0x4), f(1), code.replace(co_name="g").co_name, code == f.__code__)
operations = [instruction.opname for instruction in dis.get_instructions("a = b + c")]
print(any(name.startswith("BINARY") for name in operations))
print("STORE_NAME" in operations, operations[-1].startswith("RETURN"))
print(dis.code_info("x = 1").splitlines()[0].split()[0], {line for _, line in dis.findlinestarts(code) if line} >= {2, 3})
f.__defaults__, f.__kwdefaults__ = (10,), {"y": 5}
print(f(), f.__code__.co_name)
f.__code__ = (lambda x: x * 100).__code__
print(f(2), f.__name__)

table = symtable.symtable("def outer(a):\n    b = a\n    def inner():\n        return b + len(G)\n    return inner",
                          "<s>", "exec")
outer = next(child for child in table.get_children() if child.get_name() == "outer")
inner = next(child for child in outer.get_children() if child.get_name() == "inner")
print(outer.get_parameters(), sorted(outer.get_locals()), inner.get_frees())
print(sorted(inner.get_globals()), outer.lookup("b").is_local())
for broken in ("x = (1", "  x = 1\n y = 2\n"):
    try:
        list(tokenize.generate_tokens(io.StringIO(broken).readline))
        print("no error")
    except (tokenize.TokenError, SyntaxError) as exc:
        print("error")

#=> [('NAME', 'def'), ('NAME', 'f'), ('OP', '('), ('NAME', 'x'), ('OP', ','), ('OP', '*')]
#=> ['# add']
#=> 1
#=> ['def', 'for', 'in', 'return']
#=> True (1, 6) (1, 7) def f(x,
#=> 2 False
#=> ('x', 'y') 1 1 f 1 {'y': 2}
#=> True False [3, 3, 3] g True
#=> True
#=> True True
#=> Name: True
#=> [15, 15, 15] f
#=> 200 f
#=> ('a',) ['a', 'b', 'inner'] ('b',)
#=> ['G', 'len'] True
#=> error
#=> error
