# requires: numpy>=2
# Polynomials: the Polynomial class, fitting, roots, derivatives, and solving a least-squares problem by hand.
import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

p = Polynomial([6, -5, 1])
q = Polynomial.fromroots([1, -2])
print(p(np.array([0, 1, 4])).tolist(), np.sort(p.roots()).round(6).tolist())
print((p + q).coef.tolist(), (p * q).coef.tolist(), p.degree())
print(p.deriv().coef.tolist(), p.integ()(3.0).round(6))
print((p // q).coef.tolist(), (p % q).coef.tolist(), (p**2).coef.tolist())

x = np.linspace(-3, 3, 13)
noise = np.array([0.2, -0.1, 0.0, 0.1, -0.2, 0.1, 0.0, -0.1, 0.2, -0.1, 0.0, 0.1, -0.2])
y = 2 - x + 0.5 * x**2 + noise
fit = Polynomial.fit(x, y, 2)
print(fit.convert().coef.round(4).tolist(), np.polyfit(x, y, 2).round(4).tolist(), np.abs(fit(x) - y).max().round(4))
design = np.vander(x, 3, increasing=True)
normal = np.linalg.solve(design.T @ design, design.T @ y)
print(np.allclose(normal, fit.convert().coef), np.linalg.cond(design).round(2))
residual = ((y - design @ normal) ** 2).sum()
print(f"r squared {1 - residual / ((y - y.mean()) ** 2).sum():.5f}")

series = Chebyshev.interpolate(np.exp, 8)
print(np.abs(series(x / 3) - np.exp(x / 3)).max() < 1e-8)
print(series.coef[:3].round(6).tolist(), series.convert(kind=Polynomial).coef[1].round(4))
print(np.polyval([1, 0, -2], 3), np.polymul([1, 1], [1, -1]).tolist())
print(np.polyder([1, 2, 3]).tolist(), np.poly([2, 3]).tolist())
nodes, weights = np.polynomial.legendre.leggauss(5)
print((weights @ nodes**8).round(10).item(), weights.sum().round(10).item(), (weights @ np.cos(nodes)).round(8).item())
mass = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
rate = 3.0 * mass**0.75
slope, log_factor = np.polyfit(np.log(mass), np.log(rate), 1)
print(f"rate = {np.exp(log_factor):.4f} * mass ** {slope:.4f}")

#=> [6.0, 2.0, 2.0] [2.0, 3.0]
#=> [4.0, -4.0, 2.0] [-12.0, 16.0, -1.0, -4.0, 1.0] 2
#=> [-5.0, 2.0] 4.5
#=> [1.0] [8.0, -6.0] [36.0, -60.0, 37.0, -10.0, 1.0]
#=> [2.0, -1.0154, 0.5] [0.5, -1.0154, 2.0] 0.2154
#=> True 7.24
#=> r squared 0.99733
#=> False
#=> [1.266066, 1.130318, 0.271495] 1.0
#=> 7 [1, 0, -1]
#=> [2, 2] [1.0, -5.0, 6.0]
#=> 0.2222222222 2.0 1.68294197
#=> rate = 3.0000 * mass ** 0.7500
