# requires: numpy>=2
# Linear algebra: solving systems, determinants, inverses, eigenvalues, least squares and a singular matrix.
import numpy as np


def show(label, values):
    print(f"{label:<14}", ", ".join(f"{value:.4f}" for value in np.round(values, 4) + 0.0))


a = np.array([[3.0, 1.0, -1.0], [1.0, 4.0, 2.0], [2.0, -1.0, 5.0]])
b = np.array([4.0, 17.0, 11.0])
x = np.linalg.solve(a, b)
show("solution", x)
print(bool(np.allclose(a @ x, b)), f"{np.linalg.det(a):.4f}", int(np.linalg.matrix_rank(a)))
show("inverse row 0", np.linalg.inv(a)[0])
print(bool(np.allclose(np.linalg.inv(a) @ a, np.eye(3))))

symmetric = np.array([[2.0, 1.0], [1.0, 2.0]])
values, vectors = np.linalg.eigh(symmetric)
show("eigenvalues", values)
print(bool(np.allclose(symmetric @ vectors, vectors * values)))

hours = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
marks = np.array([52.0, 55.0, 61.0, 64.0, 70.0])
design = np.column_stack([hours, np.ones_like(hours)])
coefficients, *_ = np.linalg.lstsq(design, marks, rcond=None)
show("slope, offset", coefficients)
show("polyfit", np.polyfit(hours, marks, 1))

show("norms", [np.linalg.norm(b), np.linalg.norm(a, "fro"), np.linalg.norm(b, 1)])
show("svd", np.linalg.svd(np.array([[3.0, 0.0], [0.0, 4.0]]), compute_uv=False))
q, r = np.linalg.qr(a)
print(bool(np.allclose(q.T @ q, np.eye(3))), bool(np.allclose(q @ r, a)), np.cross([1, 0, 0], [0, 1, 0]).tolist())
try:
    np.linalg.inv(np.array([[1.0, 2.0], [2.0, 4.0]]))
except np.linalg.LinAlgError as exc:
    print("LinAlgError:", exc)

#=> solution       1.1622, 2.8108, 2.2973
#=> True 74.0000 3
#=> inverse row 0  0.2973, -0.0541, 0.0811
#=> True
#=> eigenvalues    1.0000, 3.0000
#=> True
#=> slope, offset  4.5000, 46.9000
#=> polyfit        4.5000, 46.9000
#=> norms          20.6398, 7.8740, 32.0000
#=> svd            4.0000, 3.0000
#=> True True [0, 0, 1]
#=> LinAlgError: Singular matrix
