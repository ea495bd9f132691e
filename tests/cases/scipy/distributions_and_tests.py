# requires: numpy>=2, scipy>=1
# scipy.stats: distributions, hypothesis tests, confidence intervals, correlations and fitting.
import numpy as np
from scipy import stats

before = np.array([72, 75, 70, 68, 80, 77, 74, 71])
after = np.array([70, 71, 69, 66, 75, 76, 70, 69])
other = np.array([65, 70, 66, 64, 72, 69, 71, 63])


def show(name, result):
    print(f"{name:<12} statistic {result.statistic:9.4f}  p {result.pvalue:.5f}")


show("paired t", stats.ttest_rel(before, after))
show("welch", stats.ttest_ind(before, other, equal_var=False))
show("one sample", stats.ttest_1samp(before, 70))
show("mann whitney", stats.mannwhitneyu(before, other))
show("wilcoxon", stats.wilcoxon(before, after))
show("anova", stats.f_oneway(before, after, other))
show("kruskal", stats.kruskal(before, after, other))
show("shapiro", stats.shapiro(before))
show("spearman", stats.spearmanr(before, after))
table = np.array([[30, 10], [20, 25]])
chi = stats.chi2_contingency(table)
print(f"chi2 {chi.statistic:.4f} p {chi.pvalue:.5f} dof {chi.dof}")
print(chi.expected_freq.round(2).tolist(), round(stats.fisher_exact(table).pvalue, 5))

normal = stats.norm(100, 15)
print(normal.cdf(130).round(5), normal.ppf(0.9).round(4), normal.interval(0.95)[0].round(3))
print(stats.binom.pmf(3, 10, 0.5).round(8), stats.poisson.cdf(2, 3).round(5))
print(stats.t.ppf(0.975, 7).round(5), stats.chi2.sf(3.84, 1).round(5))
print(stats.expon(scale=2).mean(), stats.uniform.var(0, 6), [float(moment) for moment in stats.gamma.stats(2, scale=3)])
interval = stats.t.interval(0.95, len(before) - 1, loc=before.mean(), scale=stats.sem(before))
print([round(float(end), 3) for end in interval], stats.describe(before).variance.round(4))
print(stats.skew(before).round(5), stats.iqr(before))
line = stats.linregress(before, after)
print(f"{line.slope:.4f} {line.intercept:.4f} {line.rvalue:.4f} {line.stderr:.5f}")
print(stats.kendalltau(before, after).statistic.round(4))
print(stats.zscore([1, 2, 3]).round(4).tolist(), stats.rankdata([10, 20, 10]).tolist())
print(stats.trim_mean([1, 2, 3, 100], 0.25), stats.gmean([1, 100]).round(6))
print(stats.percentileofscore([1, 2, 3, 4], 3), stats.mode([1, 2, 2]).mode)
print(stats.entropy([0.5, 0.5], base=2), stats.hmean([2, 6]))
draws = stats.norm(5, 2).rvs(size=500, random_state=3)
mean, deviation = stats.norm.fit(draws)
print(abs(mean - 5) < 0.3, abs(deviation - 2) < 0.3)
print(stats.kstest(draws, stats.norm(5, 2).cdf).pvalue > 0.01, stats.kstest(draws, "expon").pvalue < 1e-6)

#=> paired t     statistic    4.9302  p 0.00169
#=> welch        statistic    3.1906  p 0.00667
#=> one sample   statistic    2.4317  p 0.04531
#=> mann whitney statistic   55.5000  p 0.01549
#=> wilcoxon     statistic    0.0000  p 0.00781
#=> anova        statistic    5.4833  p 0.01213
#=> kruskal      statistic    6.9119  p 0.03156
#=> shapiro      statistic    0.9812  p 0.96865
#=> spearman     statistic    0.9639  p 0.00011
#=> chi2 6.9499 p 0.00838 dof 1
#=> [[23.53, 16.47], [26.47, 18.53]] 0.00764
#=> 0.97725 119.2233 70.601
#=> 0.1171875 0.42319
#=> 2.36462 0.05004
#=> 2.0 3.0 [6.0, 18.0]
#=> [70.093, 76.657] 15.4107
#=> 0.3363 4.75
#=> 0.7764 13.7845 0.9280 0.12724
#=> 0.8895
#=> [-1.2247, 0.0, 1.2247] [1.5, 3.0, 1.5]
#=> 2.5 10.0
#=> 75.0 2
#=> 1.0 3.0
#=> True True
#=> True True
