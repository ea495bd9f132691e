# requires: numpy>=2, scipy>=1
# scipy.optimize: curve fitting, minimisation with bounds and constraints, roots, linear programmes and assignment.
import numpy as np
from scipy import optimize


def decay(t, amplitude, rate, offset):
    return amplitude * np.exp(-rate * t) + offset


t = np.linspace(0, 4, 25)
wobble = 0.02 * np.sin(37 * t)
parameters, covariance = optimize.curve_fit(decay, t, decay(t, 3.0, 1.2, 0.5) + wobble, p0=[1, 1, 0])
print("fit", parameters.round(2).tolist(), bool(np.all(np.sqrt(np.diag(covariance)) < 0.05)))

rosenbrock = optimize.minimize(optimize.rosen, [-1.2, 1.0], jac=optimize.rosen_der, method="BFGS")
print("rosenbrock", np.round(rosenbrock.x, 4).tolist(), rosenbrock.success, rosenbrock.nit < 60)
simplex = optimize.minimize(lambda v: (v[0] - 2) ** 2 + abs(v[1] + 1), [0, 0], method="Nelder-Mead")
print("simplex", np.abs(np.round(simplex.x, 3)).tolist())
bounded = optimize.minimize(lambda v: (v**2).sum(), [3, 3], bounds=[(1, None), (-1, 5)])
circle = optimize.minimize(lambda v: v[0] + v[1], [1, 0], method="SLSQP",
                           constraints={"type": "ineq", "fun": lambda v: 1 - v[0] ** 2 - v[1] ** 2})
print("bounded", np.abs(np.round(bounded.x, 3)).tolist(), "circle", np.round(circle.x, 4).tolist())

print("root", f"{optimize.brentq(lambda x: x**3 - x - 2, 1, 2):.8f} {optimize.newton(lambda x: np.cos(x) - x, 1.0):.8f}")
system = optimize.root(lambda v: [v[0] ** 2 + v[1] ** 2 - 4, v[0] - v[1]], [1, 1])
print("system", system.x.round(5).tolist(), "scalar", round(optimize.minimize_scalar(lambda x: (x - 3) ** 2 + 1).x, 5))
plan = optimize.linprog([-30, -20], A_ub=[[2, 1], [1, 1]], b_ub=[100, 80], bounds=[(0, 40), (0, None)])
print("plan", plan.x.round(3).tolist(), -plan.fun)
costs = np.array([[4, 1, 3], [2, 0, 5], [3, 2, 2]])
workers, jobs = optimize.linear_sum_assignment(costs)
print("assign", jobs.tolist(), costs[workers, jobs].sum(), "least squares")
print(optimize.lsq_linear([[1.0, 0], [1, 1]], [1, 3]).x.round(4).tolist())
best = optimize.differential_evolution(lambda v: (v[0] ** 2 - 4) ** 2 + v[0], [(-5, 5)], seed=1, tol=1e-8)
print("global", best.x.round(3).tolist(), round(best.fun, 4))
try:
    optimize.brentq(lambda x: x**2 + 1, -1, 1)
except ValueError as exc:
    print("ValueError:", exc)

#=> fit [3.02, 1.21, 0.49] True
#=> rosenbrock [1.0, 1.0] True True
#=> simplex [2.0, 1.0]
#=> bounded [1.0, 0.0] circle [-0.7071, -0.7071]
#=> root 1.52137971 0.73908513
#=> system [1.41421, 1.41421] scalar 3.0
#=> plan [20.0, 60.0] 1800.0
#=> assign [1, 0, 2] 5 least squares
#=> [1.0, 2.0]
#=> global [-2.031] -2.0154
#=> ValueError: f(a) and f(b) must have different signs
