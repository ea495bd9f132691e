"""Arithmetic with floating-point numbers: planets that attract each other."""

from itertools import combinations


def program():
    # Position, velocity, mass.
    bodies = [
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 39.5),
        ([4.84, -1.16, -0.10], [0.61, 2.81, -0.02], 0.038),
        ([8.34, 4.12, -0.40], [-1.01, 1.82, 0.01], 0.011),
        ([12.89, -15.11, -0.22], [1.08, 0.87, -0.01], 0.0017),
        ([15.38, -25.92, 0.18], [0.98, 0.59, -0.03], 0.0020),
    ]
    pairs = list(combinations(bodies, 2))
    step = 0.01
    for _ in range(3000):
        for (p, v, m), (q, w, n) in pairs:
            dx, dy, dz = p[0] - q[0], p[1] - q[1], p[2] - q[2]
            pull = step * (dx * dx + dy * dy + dz * dz) ** -1.5
            v[0] -= dx * n * pull
            v[1] -= dy * n * pull
            v[2] -= dz * n * pull
            w[0] += dx * m * pull
            w[1] += dy * m * pull
            w[2] += dz * m * pull
        for p, v, _ in bodies:
            p[0] += step * v[0]
            p[1] += step * v[1]
            p[2] += step * v[2]
    return bodies[0][0][0]
