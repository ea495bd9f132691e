# requires: numpy>=2, scipy>=1
# scipy.linalg: LU, QR, Schur, matrix functions, banded and triangular solvers, and generalised eigenvalues.
import numpy as np
from scipy import linalg

a = np.array([[2.0, 1, 1], [4, 3, 3], [8, 7, 9]])
permutation, lower, upper = linalg.lu(a)
print(np.allclose(permutation @ lower @ upper, a), upper.round(4).tolist()[0])
print(np.diag(lower).tolist(), f"{linalg.det(a):.6f}")
factors = linalg.lu_factor(a)
print(linalg.lu_solve(factors, [4.0, 10, 24]).round(6).tolist())
print(factors[1].tolist(), linalg.solve(a, [4.0, 10, 24]).round(6).tolist())
spd = np.array([[4.0, 2, 0], [2, 5, 3], [0, 3, 6]])
cholesky = linalg.cho_factor(spd)
print(linalg.cho_solve(cholesky, [8.0, 21, 24]).round(4).tolist(), linalg.cholesky(spd, lower=True)[2].round(5).tolist())
print(linalg.solve_triangular(np.triu(a), [4.0, 6, 9]).round(6).tolist())
print(linalg.solve_banded((1, 1), [[0, -1, -1], [2, 2, 2], [-1, -1, 0]], [1.0, 0, 1]).round(4).tolist())
print(linalg.solve_toeplitz([2.0, -1, 0], [1, 0, 1]).round(4).tolist(), linalg.toeplitz([1, 2, 3]).tolist())
print(linalg.circulant([1, 2]).tolist(), linalg.block_diag([1], [[2, 3]]).tolist())

rotation = linalg.expm(np.array([[0, -np.pi / 2], [np.pi / 2, 0]]))
print((rotation.round(6) + 0.0).tolist(), (linalg.logm(rotation).real.round(5) + 0.0).tolist())
print(linalg.sqrtm([[4.0, 0], [0, 9]]).real.round(6).tolist())
print(linalg.eigvalsh(spd).round(5).tolist())
print(linalg.eigh(spd, np.diag([1.0, 2, 3]), eigvals_only=True).round(5).tolist())
print(linalg.eigh(spd, subset_by_index=[2, 2])[0].round(5).tolist())
companion = linalg.companion([1, -6, 11, -6])
print(np.sort(linalg.eigvals(companion).real).round(5).tolist(), linalg.norm(a, 2).round(5))
print(np.abs(linalg.null_space([[1.0, 1, 0], [0, 0, 1]]).ravel().round(4)).tolist())
schur, vectors = linalg.schur(spd)
print(np.allclose(vectors @ schur @ vectors.T, spd), np.sort(np.diag(schur)).round(4).tolist())
print(linalg.svdvals([[3.0, 0], [4, 5]]).round(5).tolist())
q, r = linalg.qr(a[:, :2], mode="economic")
print(q.shape, np.abs(np.diag(r)).round(5).tolist())
print(np.abs(linalg.lstsq(a[:, :2], [1.0, 2, 4])[0]).round(5).tolist(), (linalg.pinv(a).round(3) + 0.0).tolist()[0])
print(linalg.solve_sylvester(np.diag([1.0, 2]), np.diag([3.0, 4]), np.ones((2, 2))).round(5).tolist())
print(linalg.hilbert(2).tolist(), linalg.hadamard(2).tolist(), linalg.inv(linalg.hilbert(3)).round(3).tolist()[0])
for attempt in (lambda: linalg.cholesky([[1.0, 2], [2, 1]]), lambda: linalg.inv(np.ones((2, 2))),
                lambda: linalg.solve(np.ones((2, 3)), [1, 2]), lambda: linalg.det([[1.0, np.nan], [0, 1]])):
    try:
        attempt()
    except (linalg.LinAlgError, ValueError) as exc:
        print(type(exc).__name__, end=" ")
print("handled")

#=> True [8.0, 7.0, 9.0]
#=> [1.0, 1.0, 1.0] 4.000000
#=> [1.0, 1.0, 1.0]
#=> [2, 2, 2] [1.0, 1.0, 1.0]
#=> [1.0, 2.0, 3.0] [0.0, 1.5, 1.93649]
#=> [1.0, 1.0, 1.0]
#=> [1.0, 1.0, 1.0]
#=> [1.0, 1.0, 1.0] [[1, 2, 3], [2, 1, 2], [3, 2, 1]]
#=> [[1, 2], [2, 1]] [[1, 0, 0], [0, 2, 3]]
#=> [[0.0, -1.0], [1.0, 0.0]] [[0.0, -1.5708], [1.5708, 0.0]]
#=> [[2.0, 0.0], [0.0, 3.0]]
#=> [1.45163, 4.63951, 8.90885]
#=> [0.71922, 2.78078, 5.0]
#=> [8.90885]
#=> [1.0, 2.0, 3.0] 15.24863
#=> [0.7071, 0.7071, 0.0]
#=> True [1.4516, 4.6395, 8.9089]
#=> [6.7082, 2.23607]
#=> (3, 2) [9.16515, 0.8165]
#=> [0.5, 0.0] [1.5, -0.5, 0.0]
#=> [[0.25, 0.2], [0.2, 0.16667]]
#=> [[1.0, 0.5], [0.5, 0.3333333333333333]] [[1, 1], [1, -1]] [9.0, -36.0, 30.0]
#=> LinAlgError LinAlgError ValueError ValueError handled
