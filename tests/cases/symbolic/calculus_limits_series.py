# requires: sympy>=1
# sympy: derivatives, integrals, limits, series, differential equations, sums, Laplace transforms and extrema.
from sympy import (Derivative, E, Function, Integral, Limit, Matrix, Sum, cos, diff, dsolve, exp, fourier_series,
                   hessian, integrate, limit, log, oo, pi, product, residue, series, sin, solve, sqrt, summation,
                   symbols, tan)
from sympy.integrals.transforms import laplace_transform

x, y, n, k = symbols("x y n k")
t, s, a = symbols("t s a", positive=True)
print(diff(x**3 * sin(x), x), diff(exp(x * y), x, y), diff(log(x) / x, x, 2), Derivative(x**4, x).doit(), diff(x**x, x))
print(integrate(x * exp(x), x), integrate(1 / (1 + x**2), (x, 0, oo)))
print(integrate(exp(-(x**2)), (x, -oo, oo)), integrate(log(x), (x, 1, E)))
print(integrate(x * y, (x, 0, y), (y, 0, 2)), Integral(cos(x), x))
print(integrate(1 / sqrt(1 - x**2), x), integrate(sin(x) ** 2, (x, 0, pi)))
print(limit(sin(x) / x, x, 0), limit((1 + 1 / n) ** n, n, oo), limit(1 / x, x, 0, "-"))
print(Limit(tan(x) / x, x, 0).doit(), limit((x**2 - 1) / (x - 1), x, 1))
print(series(exp(x), x, 0, 4), series(cos(x), x, pi / 2, 3).removeO(), series(1 / (1 - x), x, 0, 4).removeO())
print(summation(k**2, (k, 1, n)).factor(), Sum(1 / k**2, (k, 1, oo)).doit())
print(product(k, (k, 1, 5)), summation(1 / 2**k, (k, 0, oo)))

f = Function("f")
print(dsolve(f(x).diff(x) - 2 * f(x), f(x)))
print(dsolve(f(x).diff(x, 2) + f(x), f(x), ics={f(0): 0, f(x).diff(x).subs(x, 0): 1}))
print(dsolve(f(x).diff(x) + f(x) / x - x, f(x)).rhs.expand())
curve = x**3 - 3 * x
critical = solve(curve.diff(x), x)
print([(point, curve.subs(x, point), "min" if curve.diff(x, 2).subs(x, point) > 0 else "max") for point in sorted(critical)])
surface = x**2 + 3 * y**2 - 2 * x * y
print(hessian(surface, (x, y)).det(), Matrix([surface]).jacobian([x, y]))
print(solve([surface.diff(x), surface.diff(y)], [x, y]))
print(laplace_transform(exp(-a * t) * t, t, s, noconds=True))
print(residue(exp(x) / x**3, x, 0))
print(fourier_series(x, (x, -pi, pi)).truncate(3), (sin(x) + cos(y)).subs({x: pi / 6, y: pi / 3}))
print(integrate(Integral(x, (x, 0, y)), (y, 0, 1)))
tangent = curve.subs(x, 2) + curve.diff(x).subs(x, 2) * (x - 2)
print(tangent.expand(), integrate(sqrt(1 + 4 * x**2), (x, 0, 1)).evalf(8))
print((exp(x) * cos(x)).rewrite(exp).diff(x).subs(x, 0).simplify())

#=> x**3*cos(x) + 3*x**2*sin(x) (x*y + 1)*exp(x*y) (2*log(x) - 3)/x**3 4*x**3 x**x*(log(x) + 1)
#=> (x - 1)*exp(x) pi/2
#=> sqrt(pi) 1
#=> 2 Integral(cos(x), x)
#=> asin(x) pi/2
#=> 1 E -oo
#=> 1 2
#=> 1 + x + x**2/2 + x**3/6 + O(x**4) -x + pi/2 x**3 + x**2 + x + 1
#=> n*(n + 1)*(2*n + 1)/6 pi**2/6
#=> 120 2
#=> Eq(f(x), C1*exp(2*x))
#=> Eq(f(x), sin(x))
#=> C1/x + x**2/3
#=> [(-1, 2, 'max'), (1, -2, 'min')]
#=> 8 Matrix([[2*x - 2*y, -2*x + 6*y]])
#=> {x: 0, y: 0}
#=> (a + s)**(-2)
#=> 1/2
#=> 2*sin(x) - sin(2*x) + 2*sin(3*x)/3 1
#=> 1/6
#=> 9*x - 16 1.4789429
#=> 1
