# The statistics module: averages, spread, quantiles, correlation, normal distributions and exact fractions.
import statistics as st
from decimal import Decimal
from fractions import Fraction

heights = [158.2, 171.5, 166.0, 180.3, 175.1, 169.4, 171.5, 162.8]
print(round(st.mean(heights), 3), st.median(heights), st.mode(heights))
print(round(st.stdev(heights), 4), round(st.pvariance(heights), 4))
print([round(cut, 2) for cut in st.quantiles(heights)])
print([round(cut, 1) for cut in st.quantiles(heights, n=10, method="inclusive")][:3])
print(st.median_low([1, 2, 3, 4]), st.median_high([1, 2, 3, 4]))
print(st.median_grouped([52, 52, 53, 54]), st.multimode("aabbc"), st.mode("abbc"))
print(st.mean([Fraction(1, 2), Fraction(1, 3)]), st.mean([Decimal("0.1"), Decimal("0.2"), Decimal("0.6")]))
print(st.mean([1, 2, 4]), st.mean([True, False]))
print(st.fmean([2, 4, 9], weights=[1, 1, 2]), round(st.harmonic_mean([40, 60]), 6))
print(st.harmonic_mean([40, 60], weights=[5, 30]))
print(round(st.geometric_mean([54, 24, 36]), 6), st.variance([2.5, 3.25, 5.5]))
print(st.variance([Fraction(1, 6), Fraction(5, 3)]))
hours, marks = [1, 2, 3, 4, 5], [52, 57, 61, 70, 74]
print(round(st.correlation(hours, marks), 6), round(st.covariance(hours, marks), 6))
slope, intercept = st.linear_regression(hours, marks)
print(f"marks = {slope:.2f} * hours + {intercept:.2f}", round(slope * 6 + intercept, 2))

normal = st.NormalDist(100, 15)
print(round(normal.cdf(130), 6), round(normal.inv_cdf(0.975), 4))
print(round(normal.pdf(100), 6), normal.zscore(145), normal.variance)
print([round(cut, 2) for cut in normal.quantiles(4)], normal + 5, normal * 2, -normal + st.NormalDist(20, 8))
fitted = st.NormalDist.from_samples(heights)
print(f"{fitted.mean:.2f} {fitted.stdev:.3f}")
print(round(fitted.overlap(st.NormalDist(170, 6)), 4), normal == st.NormalDist(100, 15))
print(normal.samples(3, seed=5) == normal.samples(3, seed=5), len(normal.samples(10)), normal.stdev**2 == normal.variance)
for attempt in (lambda: st.mean([]), lambda: st.stdev([1]), lambda: st.median([]), lambda: st.correlation([1, 2], [3]),
                lambda: st.geometric_mean([-1]), lambda: st.NormalDist(0, -1), lambda: st.mean(["a"])):
    try:
        attempt()
    except (st.StatisticsError, TypeError) as exc:
        print(type(exc).__name__, end=" ")
print(issubclass(st.StatisticsError, ValueError))

#=> 169.35 170.45 171.5
#=> 6.9761 42.5825
#=> [163.6, 170.45, 174.2]
#=> [161.4, 164.1, 166.3]
#=> 2 3
#=> 52.5 ['a', 'b'] b
#=> 5/12 0.3
#=> 2.3333333333333335 0.5
#=> 6.0 48.0
#=> 56.0
#=> 36.0 2.4375
#=> 9/8
#=> 0.991042 14.25
#=> marks = 5.70 * hours + 45.70 79.9
#=> 0.97725 129.3995
#=> 0.026596 3.0 225.0
#=> [89.88, 100.0, 110.12] NormalDist(mu=105.0, sigma=15.0) NormalDist(mu=200.0, sigma=30.0) NormalDist(mu=-80.0, sigma=17.0)
#=> 169.35 6.976
#=> 0.9193 True
#=> True 10 True
#=> StatisticsError StatisticsError StatisticsError StatisticsError StatisticsError StatisticsError TypeError True
