# requires: numpy>=2
# Aggregating exam scores along axes, with cumulative sums, percentiles, standardisation and ranking.
import numpy as np

names = np.array(["ana", "bo", "cy", "dee"])
scores = np.array([[90, 80, 70], [60, 75, 99], [85, 85, 85], [40, 95, 66]], dtype=float)

print("per student:", scores.mean(axis=1).round(2).tolist())
print("per exam:   ", scores.mean(axis=0).tolist(), scores.max(axis=0).tolist(), scores.argmax(axis=0).tolist())
print("overall:    ", f"{scores.mean():.3f} {scores.std():.3f} {scores.std(ddof=1):.3f} {np.median(scores):.1f}")

order = np.argsort(-scores.sum(axis=1), kind="stable")
for rank, index in enumerate(order, start=1):
    print(f"{rank}. {names[index]:<4}{scores[index].sum():6.1f}")

standard = (scores - scores.mean(axis=0)) / scores.std(axis=0)
print(np.abs(standard.mean(axis=0)).max() < 1e-12, [f"{value:+.2f}" for value in standard[0]])
print(np.percentile(scores, [25, 50, 90]).round(2).tolist(), np.cumsum(scores[0]).tolist(), np.diff(scores[1]).tolist())

weights = np.array([0.5, 0.3, 0.2])
print([f"{value:.1f}" for value in scores @ weights], f"{np.average(scores[0], weights=weights):.1f}")
print((scores >= 60).all(axis=1).tolist(), (scores > 95).any(axis=0).tolist(), np.count_nonzero(scores == 85))
print(scores.sum(axis=1, keepdims=True).shape, np.ptp(scores, axis=1).tolist(), np.prod([1, 2, 3, 4]).item())

#=> per student: [80.0, 78.0, 85.0, 67.0]
#=> per exam:    [68.75, 83.75, 80.0] [90.0, 95.0, 99.0] [0, 3, 1]
#=> overall:     77.500 15.830 16.534 82.5
#=> 1. cy   255.0
#=> 2. ana  240.0
#=> 3. bo   234.0
#=> 4. dee  201.0
#=> True ['+1.06', '-0.51', '-0.77']
#=> [69.0, 82.5, 94.5] [90.0, 170.0, 240.0] [15.0, 24.0]
#=> ['83.0', '72.3', '85.0', '61.7'] 83.0
#=> [True, True, True, False] [False, False, True] 3
#=> (4, 1) [20.0, 39.0, 0.0, 55.0] 24
