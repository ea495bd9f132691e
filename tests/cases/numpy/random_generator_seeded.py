# requires: numpy>=2
# Random numbers with a seeded Generator: reproducible draws, distributions, permutations and bootstrap.
import numpy as np

rng = np.random.default_rng(2024)
print(rng.integers(0, 100, 6, dtype=np.int64).tolist())
print(rng.random(3).round(6).tolist(), rng.choice(["a", "b", "c"], 4).tolist())
print(rng.normal(10, 2, 4).round(4).tolist(), rng.permutation(6).tolist(), rng.uniform(-1, 1, (2, 2)).round(4).tolist())
print(rng.exponential(2.0, 3).round(4).tolist(), rng.standard_gamma(2.0, 2).round(4).tolist())
again = np.random.default_rng(2024)
print(again.integers(0, 100, 6, dtype=np.int64).tolist())
print(np.random.default_rng(1).random() == np.random.default_rng(1).random())

sample = rng.normal(50, 5, 2000)
print(abs(sample.mean() - 50) < 0.5, abs(sample.std(ddof=1) - 5) < 0.3)
print(((sample > 40) & (sample < 60)).mean().round(1).item())
small = sample[:40]
means = rng.choice(small, (500, 40)).mean(axis=1)
low, high = np.percentile(means, [2.5, 97.5])
print(bool(low < small.mean() < high), bool(high - low < 5), means.shape)

walk = np.cumsum(rng.choice([-1, 1], 1000))
print(set(np.abs(np.diff(walk)).tolist()), abs(int(walk[-1])) % 2 == 0)
deck = np.arange(8)
rng.shuffle(deck)
print(sorted(deck.tolist()) == list(range(8)), rng.choice(5, 5, replace=False).size)
print(rng.choice(3, 1000, p=[0.7, 0.2, 0.1]).mean() < 0.6)
state = rng.bit_generator.state
first = rng.random(2)
rng.bit_generator.state = state
print((rng.random(2) == first).all(), type(rng.bit_generator).__name__, len(rng.bytes(5)))
children = np.random.SeedSequence(7).spawn(2)
print([int(np.random.default_rng(child).integers(0, 1000, dtype=np.int64)) for child in children])
old = np.random.RandomState(42)
print(old.rand(2).round(6).tolist(), old.randn(2).round(6).tolist())
try:
    rng.choice([1, 2], 3, replace=False)
except ValueError as exc:
    print("ValueError:", exc)

#=> [24, 67, 9, 21, 31, 30]
#=> [0.799466, 0.995802, 0.142232] ['c', 'a', 'a', 'a']
#=> [13.6206, 11.5017, 11.2795, 8.5374] [1, 3, 5, 0, 2, 4] [[0.9512, 0.5989], [0.1936, -0.3493]]
#=> [0.1406, 6.1459, 3.271] [1.8872, 1.3617]
#=> [24, 67, 9, 21, 31, 30]
#=> True
#=> True True
#=> 0.9
#=> True True (500,)
#=> {1} True
#=> True 5
#=> True
#=> True PCG64 5
#=> [305, 681]
#=> [0.37454, 0.950714] [0.647689, 1.52303]
#=> ValueError: Cannot take a larger sample than population when replace is False
