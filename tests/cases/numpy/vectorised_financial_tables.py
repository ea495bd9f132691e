# requires: numpy>=2
# Money over time with arrays: loan schedules, compound growth, net present value, rate of return and drawdown.
import numpy as np


def schedule(principal, rate, months):
    r = rate / 12
    payment = principal * r / (1 - (1 + r) ** -months)
    number = np.arange(months + 1)
    balance = principal * (1 + r) ** number - payment * ((1 + r) ** number - 1) / r
    interest = balance[:-1] * r
    return payment, balance, interest


payment, balance, interest = schedule(10_000, 0.06, 12)
print(f"{payment:.2f}", np.abs(balance[[0, 6, 12]]).round(2).tolist())
print(interest.sum().round(2), np.allclose(-np.diff(balance) + interest, payment))

flows = np.array([-1000.0, 300, 400, 500, 200])
periods = np.arange(flows.size)


def present_value(rate):
    return (flows / (1 + np.asarray(rate)[..., None]) ** periods).sum(axis=-1)


rates = np.array([0.0, 0.05, 0.1, 0.2])
print(present_value(rates).round(2).tolist())
low, high = 0.0, 1.0
for _ in range(60):
    middle = (low + high) / 2
    low, high = (middle, high) if present_value(middle) > 0 else (low, middle)
print(f"internal rate {low:.6f}", abs(present_value(low)) < 1e-6)

prices = np.array([100, 104, 101, 110, 95, 99, 120, 114.0])
returns = np.diff(np.log(prices))
peak = np.maximum.accumulate(prices)
drawdown = 1 - prices / peak
print(f"{np.exp(returns.sum()) - 1:.4f} {returns.std(ddof=1) * np.sqrt(252):.4f} {drawdown.max():.4f}")
print(drawdown.argmax().item())
weights = np.exp(-np.arange(3) / 1.5)
weights /= weights.sum()
smooth = np.convolve(prices, weights, mode="valid")
print(smooth.round(2).tolist(), np.convolve(prices, [1, -1])[1:-1].tolist())
print(np.percentile(prices, [25, 50, 90]).round(2).tolist())
years = np.arange(0, 31, 10)
growth = 1000 * (1 + np.array([[0.03], [0.05], [0.07]])) ** years
for rate, row in zip((3, 5, 7), growth):
    print(f"{rate}%", *(f"{value:>9,.0f}" for value in row))
tax = np.interp([5_000, 20_000, 80_000], [0, 10_000, 40_000, 100_000], [0, 0, 9_000, 36_000])
brackets = np.digitize([5_000, 20_000, 80_000], [10_000, 40_000])
print(tax.tolist(), brackets.tolist(), np.round(2.5), np.round([1.005, 2.675], 2).tolist(), np.cumsum(flows).tolist())

#=> 860.66 [10000.0, 5074.81, 0.0]
#=> 327.97 True
#=> [400.0, 244.99, 115.57, -86.42]
#=> internal rate 0.153221 True
#=> 0.1400 1.7154 0.1364
#=> 4
#=> [101.72, 106.51, 100.22, 99.48, 110.22, 113.51] [4.0, -3.0, 9.0, -15.0, 4.0, 21.0, -6.0]
#=> [99.75, 102.5, 115.8]
#=> 3%     1,000     1,344     1,806     2,427
#=> 5%     1,000     1,629     2,653     4,322
#=> 7%     1,000     1,967     3,870     7,612
#=> [0.0, 3000.0, 27000.0] [0, 1, 2] 2.0 [1.0, 2.68] [-1000.0, -700.0, -300.0, 200.0, 400.0]
