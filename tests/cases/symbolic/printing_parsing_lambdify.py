# requires: numpy>=2, sympy>=1
# sympy: parsing text, printing as text, LaTeX and code, compiling to numpy functions and walking expressions.
import numpy as np
from sympy import (Eq, Function, Integral, Matrix, Piecewise, Rational, Sum, ccode, cse, exp, lambdify, latex, oo,
                   parse_expr, pi, pretty, python, sin, sqrt, srepr, symbols, sympify)
from sympy.parsing.sympy_parser import implicit_multiplication_application, standard_transformations
from sympy.physics.units import convert_to, hour, kilometer, meter, second
from sympy.utilities.iterables import multiset_permutations

x, y = symbols("x y")
expression = sqrt(x**2 + 1) / (2 * y) + Rational(1, 3)
print(expression, "|", latex(expression), "|", ccode(expression))
print([line.rstrip() for line in pretty(x**2 / 3, use_unicode=False).splitlines()])
print(pretty(Integral(exp(-x), (x, 0, oo)), use_unicode=True).splitlines()[0].strip())
print(latex(Matrix([[1, x]])), latex(Sum(x, (x, 1, oo))), srepr(x + 1))
print(parse_expr("2*x + sin(pi/2)"), sympify("x**2 + 1/2").subs(x, 2), sympify("1/3") + 1)
loose = (*standard_transformations, implicit_multiplication_application)
print(parse_expr("3x y", transformations=loose))

f = lambdify((x, y), expression, "numpy")
print(f(np.array([0.0, 1.0]), 2.0).round(6).tolist(), round(lambdify(x, sin(x) ** 2, "math")(1.0), 8))
print(lambdify([x], [x, x**2])(3), lambdify((x, y), Eq(x, y), "math")(1, 1))
steps = Piecewise((0, x < 0), (x**2, x <= 2), (4, True))
print(lambdify(x, steps, "numpy")(np.array([-1.0, 1.5, 9.0])).tolist(), steps.subs(x, 1), steps)
shared, reduced = cse([sqrt(x + y) * sin(x + y), (x + y) ** 2])
print(shared, reduced)

tree = [type(node).__name__ for node in (x**2 + 2 * x).atoms()]
print(sorted(tree), (sin(x) * exp(x)).has(exp), expression.replace(sqrt, lambda inner: inner))
print((x + y).xreplace({x: y}), expression.count_ops())
g = Function("g")
print(g(x).diff(x), Eq(g(x), x + 1).subs(g(x), 5))
print((g(x) + g(y)).atoms(Function) == {g(x), g(y)}, g(2).replace(g, lambda v: v**3))
print(convert_to(90 * kilometer / hour, [meter, second]))
print(python(x + 1).splitlines()[-1], ["".join(p) for p in multiset_permutations("aab")])
wild = sin(2 * x).rewrite(exp)
print(wild, (pi * 2).evalf(5), float(pi) == np.pi, int(sqrt(16)))
print(complex(sympify("1 + 2*I")), [arg for arg in (x * y + 1).args])
for text in ("2 +", "x ===", "__import__('os')"):
    try:
        print(type(parse_expr(text, global_dict={"Symbol": type(x)})).__name__)
    except Exception as exc:
        print(type(exc).__name__, end=" ")
print("not parsed")

#=> 1/3 + sqrt(x**2 + 1)/(2*y) | \frac{1}{3} + \frac{\sqrt{x^{2} + 1}}{2 y} | 1.0/3.0 + (1.0/2.0)*sqrt(pow(x, 2) + 1)/y
#=> [' 2', 'x', '--', '3']
#=> ∞
#=> \left[\begin{matrix}1 & x\end{matrix}\right] \sum_{x=1}^{\infty} x Add(Symbol('x'), Integer(1))
#=> 2*x + 1 9/2 4/3
#=> 3*x*y
#=> [0.583333, 0.686887] 0.70807342
#=> [3, 9] True
#=> [0.0, 2.25, 4.0] 1 Piecewise((0, x < 0), (x**2, x <= 2), (4, True))
#=> [(x0, x + y)] [sqrt(x0)*sin(x0), x0**2]
#=> ['Integer', 'Symbol'] True 1/3 + sqrt(x**2 + 1)/(2*y)
#=> 2*y 8
#=> Derivative(g(x), x) Eq(5, x + 1)
#=> True 8
#=> 25*meter/second
#=> e = x + 1 ['aab', 'aba', 'baa']
#=> -I*(exp(2*I*x) - exp(-2*I*x))/2 6.2832 True 4
#=> (1+2j) [1, x*y]
#=> SyntaxError SyntaxError NameError not parsed
