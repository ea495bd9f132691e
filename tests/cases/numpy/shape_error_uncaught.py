# requires: numpy>=2
# A tiny neural layer in NumPy that works for one batch and then fails with an uncaught shape error.
import io

import numpy as np


def softmax(rows):
    shifted = np.exp(rows - rows.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def forward(batch, weights, bias):
    if batch.shape[1] != weights.shape[0]:
        raise ValueError(f"batch has {batch.shape[1]} features, layer expects {weights.shape[0]}")
    return softmax(np.maximum(batch @ weights + bias, 0))


weights = np.loadtxt(io.StringIO("0.5, -1.0, 2.0\n1.5, 0.25, 0.0"), delimiter=",")
bias = np.array([0.0, 1.0, -0.5])
batch = np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 0.5]])

scores = forward(batch, weights, bias)
for row in scores:
    print(" ".join(f"{value:.4f}" for value in row), "->", row.argmax().item())
print(scores.shape, np.allclose(scores.sum(axis=1), 1))

buffer = io.BytesIO()
np.savez(buffer, weights=weights, bias=bias)
buffer.seek(0)
with np.load(buffer) as saved:
    print(sorted(saved.files), np.array_equal(saved["weights"], weights))

forward(batch.T, weights, bias)

#=> 0.8438 0.0420 0.1142 -> 0
#=> 0.2429 0.5142 0.2429 -> 1
#=> 0.0372 0.0039 0.9589 -> 2
#=> (3, 3) True
#=> ['bias', 'weights'] True
#! ValueError: batch has 3 features, layer expects 2
#@ 34, 15
