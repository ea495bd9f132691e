# requires: numpy>=2, pandas>=2, statsmodels>=0
# Generalised models: logistic and Poisson regression, mixed effects, proportions, power and multiple testing.
import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.stats.multicomp import pairwise_tukeyhsd
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

hours = np.repeat(np.arange(1.0, 11), 4)
passed = np.array([0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1,
                   1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1])
exam = pd.DataFrame({"hours": hours, "passed": passed})
logit = smf.logit("passed ~ hours", exam).fit(disp=False)
print(logit.params.round(4).to_dict(), round(logit.prsquared, 4), round(logit.llf, 4), logit.mle_retvals["converged"])
print(logit.predict(pd.DataFrame({"hours": [2.0, 8.0]})).round(4).tolist())
print(np.exp(logit.params["hours"]).round(4), logit.pred_table().tolist())
print(logit.get_margeff().margeff.round(5).tolist(), logit.pvalues["hours"] < 0.001)

traffic = pd.DataFrame({"rain": [0, 0, 1, 1, 2, 2, 3, 3], "day": list("abababab"), "crashes": [2, 3, 4, 4, 7, 9, 15, 14]})
poisson = smf.glm("crashes ~ rain + day", traffic, family=sm.families.Poisson()).fit()
print(poisson.params.round(4).tolist(), round(poisson.deviance, 4))
print(round(poisson.pearson_chi2, 4), poisson.fittedvalues.round(2).tolist()[-1])
family = sm.families.Gamma(sm.families.links.Log())
gamma = sm.GLM(traffic["crashes"], sm.add_constant(traffic["rain"]), family=family).fit()
print(gamma.params.round(4).tolist(), gamma.model.family.__class__.__name__)
print(sm.GLM(passed, sm.add_constant(hours), family=sm.families.Binomial()).fit().params.round(4).tolist())

groups = pd.DataFrame({"score": [5.1, 4.9, 5.3, 6.8, 7.1, 6.9, 5.0, 5.2, 5.1], "group": list("aaabbbccc")})
tukey = pairwise_tukeyhsd(groups["score"], groups["group"])
print(tukey.reject.tolist(), np.abs(tukey.meandiffs).round(3).tolist(), tukey.groupsunique.tolist())
statistic, p = proportions_ztest([45, 30], [100, 100])
print(f"{statistic:.4f} {p:.5f}", [round(float(end), 4) for end in proportion_confint(45, 100, method="wilson")])
print(multipletests([0.01, 0.02, 0.03, 0.5], method="holm")[1].round(3).tolist())
print(multipletests([0.01, 0.02, 0.03, 0.5], method="fdr_bh")[0].tolist())
power = TTestIndPower()
print(round(power.solve_power(effect_size=0.5, alpha=0.05, power=0.8), 3), round(power.power(0.5, 64, 0.05), 4))
x = np.linspace(0, 3, 30)
loess = sm.nonparametric.lowess(np.sin(x), x, frac=0.4)
print(loess.shape, np.abs(loess[:, 1] - np.sin(x)).max() < 0.1)
print(round(float(sm.robust.mad([1, 2, 3, 4, 100])), 4))
robust = sm.RLM([1.0, 2, 3, 4, 50], sm.add_constant(np.arange(5.0))).fit()
print(robust.params.round(2).tolist()[1] < 3)
print(sm.OLS([1.0, 2, 3, 4, 50], sm.add_constant(np.arange(5.0))).fit().params[1].round(2))

#=> {'Intercept': -3.2433, 'hours': 0.6538} 0.3588 -17.6484 True
#=> [0.1261, 0.8795]
#=> 1.9229 [[13.0, 5.0], [3.0, 19.0]]
#=> [0.09238] True
#=> [0.8152, 0.069, 0.6074] 0.484
#=> 0.4928 14.98
#=> [0.871, 0.5961] Gamma
#=> [-3.2433, 0.6538]
#=> [True, False, True] [1.833, 0.0, 1.833] ['a', 'b', 'c']
#=> 2.1909 0.02846 [0.3561, 0.5476]
#=> [0.04, 0.06, 0.06, 0.5]
#=> [True, True, True, False]
#=> 63.766 0.8015
#=> (30, 2) True
#=> 1.4826
#=> False
#=> 10.0
