# requires: sympy>=1
# sympy: exact matrices, number theory, combinatorics, logic, sets, geometry and units of the discrete kind.
from sympy import (And, Circle, Implies, Line, Matrix, Not, Or, Point, Polygon, Rational, Xor, binomial,
                   continued_fraction, diophantine, divisors, eye, factorial, factorint, fibonacci, gcd, ilcm, isprime,
                   nextprime, prime, primerange, satisfiable, simplify_logic, sqrt, symbols, totient, zeros)
from sympy.combinatorics import Permutation, SymmetricGroup
from sympy.logic.boolalg import to_cnf, truth_table
from sympy.ntheory import discrete_log, n_order
from sympy.ntheory.modular import crt

m = Matrix([[2, 1], [1, 3]])
print(m.det(), m.inv(), m * m, m.T == m, m.eigenvals(), m.charpoly().as_expr())
print(m.LUsolve(Matrix([3, 5])).T, m.rref()[1], Matrix([[1, 2], [2, 4]]).nullspace()[0].T)
print(Matrix([[1, 2], [2, 4]]).rank(), (m**-1 * m) == eye(2))
p, d = Matrix([[2, 0], [1, 3]]).diagonalize()
print(d, (p * d * p.inv()), Matrix([[3, 4]]).norm())
print(m.row_insert(2, Matrix([[9, 9]])).shape, zeros(1, 2).tolist(), m.exp().shape)

print(factorint(2**32 - 1), isprime(2**61 - 1), nextprime(1000))
print(prime(100), list(primerange(20, 40)), divisors(60), totient(36))
print(gcd(84, 126), ilcm(4, 6, 10), binomial(10, 3), fibonacci(50))
print(factorial(20), crt([3, 5, 7], [2, 3, 2])[0], n_order(2, 13))
print(continued_fraction(sqrt(7)), continued_fraction(Rational(45, 16)), discrete_log(13, 6, 2))
a, b, c, x, y = symbols("a b c x y")
print(sorted(map(str, diophantine(2 * x + 3 * y - 7))), to_cnf(Implies(a, b & c)))
print(simplify_logic((a & b) | (a & Not(b))), satisfiable(a & ~a))
print([result for _, result in truth_table(Xor(a, b), [a, b])], And(a, True), Or(a, Not(a)), satisfiable((a | b) & ~a)[b])

triangle = Polygon(Point(0, 0), Point(4, 0), Point(0, 3))
print(triangle.area, triangle.perimeter, triangle.incircle.radius, triangle.centroid)
print([angle.evalf(4) for angle in triangle.angles.values()][0] > 0)
circle = Circle(Point(0, 0), 5)
print(circle.intersection(Line(Point(-5, 1), Point(5, 1)))[1].x, circle.area)
print(Point(1, 1).distance(Point(4, 5)), circle.tangent_lines(Point(5, 0))[0].slope)
permutation = Permutation([2, 0, 1, 4, 3])
print(permutation.cyclic_form, permutation.order(), (permutation * permutation).array_form)
print(permutation.is_even, SymmetricGroup(4).order())

#=> 5 Matrix([[3/5, -1/5], [-1/5, 2/5]]) Matrix([[5, 5], [5, 10]]) True {5/2 - sqrt(5)/2: 1, sqrt(5)/2 + 5/2: 1} lambda**2 - 5*lambda + 5
#=> Matrix([[4/5, 7/5]]) (0, 1) Matrix([[-2, 1]])
#=> 1 True
#=> Matrix([[2, 0], [0, 3]]) Matrix([[2, 0], [1, 3]]) 5
#=> (3, 2) [[0, 0]] (2, 2)
#=> {3: 1, 5: 1, 17: 1, 257: 1, 65537: 1} True 1009
#=> 541 [23, 29, 31, 37] [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60] 12
#=> 42 60 120 12586269025
#=> 2432902008176640000 23 12
#=> [2, [1, 1, 1, 4]] [2, 1, 4, 3] 5
#=> ['(3*t_0 - 7, 7 - 2*t_0)'] (b | ~a) & (c | ~a)
#=> a False
#=> [False, True, True, False] a a | ~a True
#=> 6 12 1 Point2D(4/3, 1)
#=> True
#=> 2*sqrt(6) 25*pi
#=> 5 oo
#=> [[0, 2, 1], [3, 4]] 6 [1, 2, 0, 3, 4]
#=> False 24
