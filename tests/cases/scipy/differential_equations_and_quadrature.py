# requires: numpy>=2, scipy>=1
# scipy.integrate: definite integrals, double integrals, initial value problems with events, and special functions.
import numpy as np
from scipy import constants, integrate, special

value, error = integrate.quad(lambda x: np.exp(-(x**2)), -np.inf, np.inf)
print(f"{value:.10f} {error < 1e-6} {integrate.quad(np.sin, 0, np.pi)[0]:.8f}")
print(f"{integrate.quad(lambda x: 1 / np.sqrt(x), 0, 1)[0]:.6f} {integrate.quad(np.log, 0, 1)[0]:.6f}")
print(f"{integrate.dblquad(lambda y, x: x * y, 0, 1, 0, lambda x: x)[0]:.6f}")
print(f"{integrate.quad_vec(lambda x: np.array([x, x**2]), 0, 1)[0][1]:.6f}")
x = np.linspace(0, 1, 11)
print(f"{integrate.trapezoid(x**2, x):.5f} {integrate.simpson(x**2, x=x):.5f}")
print(integrate.cumulative_trapezoid(x, x)[-1].round(4))


def fall(t, state, drag=0.1):
    height, speed = state
    return [speed, -9.81 - drag * speed * abs(speed)]


def hits_ground(t, state):
    return state[0]


hits_ground.terminal, hits_ground.direction = True, -1
flight = integrate.solve_ivp(fall, (0, 20), [50.0, 0.0], events=hits_ground, rtol=1e-8, atol=1e-8, dense_output=True)
print(f"lands after {flight.t_events[0][0]:.4f} s at {flight.y[1, -1]:.4f} m/s, at 1 s {flight.sol(1.0)[0]:.4f} m")
print(flight.status)


def foxes(t, state):
    hares, foxes = state
    return [1.1 * hares - 0.4 * hares * foxes, 0.1 * hares * foxes - 0.4 * foxes]


run = integrate.solve_ivp(foxes, (0, 30), [10, 10], t_eval=[0, 5, 10, 20, 30], method="LSODA", rtol=1e-9, atol=1e-9)
print(run.y.round(3).tolist(), run.success)
stiff = integrate.solve_ivp(lambda t, y: -1000 * (y - np.cos(t)), (0, 1), [0.0], method="Radau")
print(stiff.y[0, -1].round(3), stiff.t.size < 200)
print(integrate.odeint(lambda y, t: -y, 1.0, [0, 1, 2]).ravel().round(5).tolist())
beam = integrate.solve_bvp(lambda x, y: np.vstack([y[1], -np.ones_like(x)]), lambda a, b: np.array([a[0], b[0]]),
                           np.linspace(0, 1, 5), np.zeros((2, 5)))
print(beam.sol(0.5)[0].round(6), beam.success)

print(special.gamma(4.5).round(6), special.erf(1).round(8), special.jv(0, 2.5).round(8))
print(special.comb(50, 3, exact=True), special.zeta(2).round(8))
print(special.expit([-2, 0]).round(5).tolist(), special.logsumexp([1000, 1000]).round(5))
print(special.softmax([1, 2, 3]).round(4).tolist(), special.binom(5, 2))
print(special.legendre(2)(0.5), special.factorial([3, 5], exact=False).tolist())
print(special.betainc(2, 3, 0.4).round(6), special.ndtri(0.975).round(6))
print(constants.speed_of_light, constants.convert_temperature(100, "Celsius", "Fahrenheit").round(2))
print(constants.mile, f"{constants.g} {constants.inch}")

#=> 1.7724538509 True 2.00000000
#=> 2.000000 -1.000000
#=> 0.125000
#=> 0.333333
#=> 0.33500 0.33333
#=> 0.5
#=> lands after 5.7480 s at -9.9043 m/s, at 1 s 45.7347 m
#=> 1
#=> [[10.0, 0.024, 1.123, 0.032, 0.239], [10.0, 1.896, 0.289, 1.461, 8.138]] True
#=> 0.541 True
#=> [1.0, 0.36788, 0.13534]
#=> 0.125 True
#=> 11.631728 0.84270079 -0.04838378
#=> 19600 1.64493407
#=> [0.1192, 0.5] 1000.69315
#=> [0.09, 0.2447, 0.6652] 10.0
#=> -0.125 [6.0, 120.0]
#=> 0.5248 1.959964
#=> 299792458.0 212.0
#=> 1609.3439999999998 9.80665 0.0254
