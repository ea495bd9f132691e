# Syntax that is rare but legal: else on loops, chained assignment, nested ternaries, ellipsis, semicolons and unicode names.
import keyword

a = b = c = []
b += [1]
c = c + [2]
print(a, b, c, a is b); print("two statements"); x = 5 if a else 6 if b else 7
print(x, ..., type(...).__name__, (1,), 1 if not [] else 2, not not "x", -2 ** 2, (-2) ** 2, 2 ** -1, 2 ** 3 ** 2)
print("implicit " "joining " 'of ' """texts""", r"\n", "\x41\u00e9\N{BULLET}\101", b"\x00\t", "tab\tend", 'it''s')
π, größe, 变量 = 3.14, 2, "name"
print(π * größe, 变量, "größe" in globals(), 0xFF_FF, 1_0.5e0_1, 0b1_0, 1e3, 10j, .5, 5.)
while a:
    a.pop()
else:
    print("while-else ran")
for _ in []:
    pass
else:
    print("for-else ran")
if (n := len("abc")) > 2: print("one line", n)
lambda_default = (lambda x, /, *args, y=2, **kw: (x, args, y, kw))(1, 2, y=3, z=4)
print(lambda_default, (lambda: (yield))().__class__.__name__, [lambda: 1, lambda: 2][1]())
print(1 < 2 < 3 > 2, 1 == π - 2.14 is not None, [] == [] is not [], "a" in "abc" in ["abc"], None or 0 or "end")
with memoryview(b"ab") as first, memoryview(b"cd") as second: print(first[0], second[1])
class Empty: pass
class Doc: "Only a docstring."
def annotated(a: "anything", b: 1 + 1 = 3) -> print: return a, b
print(Empty().__dict__, Doc.__doc__, annotated.__annotations__["b"], annotated(1), annotated.__defaults__)
match, case, type_, _ = 1, 2, 3, 4
match match:
    case 1 if case == 2: print("soft keywords", keyword.issoftkeyword("match"), keyword.iskeyword("match"))
print(*(f"{i}{'!' * (i % 2)}" for i in range(4)), sep=",", end=".\n")
print(__name__, __debug__, "__doc__" in globals(), (lambda *, k: k)(k="kw"), {}.__class__, ().__class__.__name__)
try: raise LookupError
except: print("bare except")
finally: print("finally")

#=> [1] [1] [1, 2] True
#=> two statements
#=> 5 Ellipsis ellipsis (1,) 1 True -4 4 0.5 512
#=> implicit joining of texts \n Aé•A b'\x00\t' tab	end its
#=> 6.28 name True 65535 105.0 2 1000.0 10j 0.5 5.0
#=> while-else ran
#=> for-else ran
#=> one line 3
#=> (1, (2,), 3, {'z': 4}) generator 2
#=> True True True True end
#=> 97 100
#=> {} Only a docstring. 2 (1, 3) (3,)
#=> soft keywords True False
#=> 0,1!,2,3!.
#=> __main__ True True kw <class 'dict'> tuple
#=> bare except
#=> finally
