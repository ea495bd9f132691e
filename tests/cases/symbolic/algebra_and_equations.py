# requires: sympy>=1
# sympy: simplifying, expanding, factoring, solving equations and systems, inequalities and substitution.
from sympy import (Eq, FiniteSet, I, Interval, Poly, Rational, S, Symbol, apart, cancel, collect, expand, factor, nsolve, oo, pi,
                   reduce_inequalities, roots, simplify, sin, solve, solveset, sqrt, symbols, together)

x, y, z = symbols("x y z")
print(expand((x + 1) ** 3), factor(x**3 - 6 * x**2 + 11 * x - 6))
print(simplify((x**2 - 1) / (x - 1)), simplify(sin(x) ** 2 + sin(pi / 2 - x) ** 2))
print(together(1 / x + 1 / y), apart(1 / (x**2 + 3 * x + 2)))
print(cancel((x**2 + 2 * x + 1) / (x + 1)), collect(x * y + x - 3 + 2 * x**2, x))
print(solve(x**2 - 2, x), solve(x**2 + 1, x), solve([x + y - 5, x - y - 1], [x, y]))
print(solve([x**2 + y**2 - 25, x - y - 1], [x, y]))
print(solveset(sin(x), x, Interval(0, 7)), solveset(x**2 - 4 > 0, x, S.Reals))
print(roots(x**4 - 5 * x**2 + 4), solve(x**3 - 1, x))
print(solve(Eq(x * y, 12).subs(y, 4)), solve(x**2 + y * x + z, x))
print(nsolve(x**3 - x - 2, x, 1.5), reduce_inequalities([x > 1, x < 3]))

expression = x**2 * sqrt(8) + Rational(1, 3) * y
print(expression.subs({x: 2, y: 3}), expression.evalf(6, subs={x: 2, y: 3}))
print(expression.free_symbols == {x, y}, expression.coeff(y), expression.func.__name__)
print(Poly(3 * x**4 - x + 2, x).all_coeffs(), Poly(x**2 - 1, x).degree())
print(Poly(x**5 - x, x).factor_list()[1][0], (x**4 - 1).as_poly().gcd(Poly(x**2 - x, x)).as_expr())
positive = Symbol("p", positive=True)
print(sqrt(x**2), sqrt(positive**2), (I * positive).is_real, (positive + 1).is_positive)
print(sqrt(12), (2 + sqrt(3)) ** 2 == expand((2 + sqrt(3)) ** 2))
print(pi.evalf(30), Rational(1, 3) + Rational(1, 6), S(10) / 4, sqrt(2).n(20))
print((1 + sqrt(5)) / 2 > 1, oo > 10**100, FiniteSet(1, 2) & FiniteSet(2, 3))
print((x + 1).equals(1 + x), x + 1 == 1 + x, (x + 1) ** 2 == x**2 + 2 * x + 1)
print(((x + 1) ** 2 - (x**2 + 2 * x + 1)).simplify(), str(Eq(x, y)))
a, b, c = symbols("a:c", integer=True)
print((a * 2).is_even, len((a + b * 3 + c).args))
print(expand((a + b) ** 2).as_coefficients_dict()[a * b], (x * y * 2).as_coeff_Mul())

#=> x**3 + 3*x**2 + 3*x + 1 (x - 3)*(x - 2)*(x - 1)
#=> x + 1 1
#=> (x + y)/(x*y) -1/(x + 2) + 1/(x + 1)
#=> x + 1 2*x**2 + x*(y + 1) - 3
#=> [-sqrt(2), sqrt(2)] [-I, I] {x: 3, y: 2}
#=> [(-3, -4), (4, 3)]
#=> {0, pi, 2*pi} Union(Interval.open(-oo, -2), Interval.open(2, oo))
#=> {2: 1, 1: 1, -1: 1, -2: 1} [1, -1/2 - sqrt(3)*I/2, -1/2 + sqrt(3)*I/2]
#=> [3] [-y/2 - sqrt(y**2 - 4*z)/2, -y/2 + sqrt(y**2 - 4*z)/2]
#=> 1.52137970680457 (1 < x) & (x < 3)
#=> 1 + 8*sqrt(2) 12.3137
#=> True 1/3 Add
#=> [3, 0, 0, -1, 2] 2
#=> (Poly(x - 1, x, domain='ZZ'), 1) x - 1
#=> sqrt(x**2) p False True
#=> 2*sqrt(3) False
#=> 3.14159265358979323846264338328 1/2 5/2 1.4142135623730950488
#=> True True {2}
#=> True True False
#=> 0 Eq(x, y)
#=> True 3
#=> 2 (2, x*y)
