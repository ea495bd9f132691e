# requires: numpy>=2, pandas>=2, statsmodels>=0
# statsmodels: a regression by formula, its table of coefficients, tests, intervals, predictions and diagnostics.
import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.stats.diagnostic import het_breuschpagan
from statsmodels.stats.outliers_influence import variance_inflation_factor
from statsmodels.stats.stattools import durbin_watson

n = np.arange(40)
table = pd.DataFrame({"area": 40 + 3.0 * n + 5 * np.sin(n), "age": 30 - 0.5 * n + 4 * np.cos(3 * n),
                      "kind": np.where(n % 3 == 0, "house", "flat")})
table["price"] = 20 + 2 * table["area"] - 1.5 * table["age"] + 30 * (table["kind"] == "house") + 6 * np.sin(11 * n)

fit = smf.ols("price ~ area + age + C(kind)", data=table).fit()
print(fit.params.round(3).to_dict())
print(fit.bse.round(4).tolist(), fit.tvalues.round(2).tolist(), (fit.pvalues < 0.01).tolist())
print(f"{fit.rsquared:.5f} {fit.rsquared_adj:.5f} {fit.fvalue:.1f} {fit.aic:.3f} {fit.bic:.3f} {fit.nobs:g} {fit.df_resid:g}")
print(fit.conf_int().round(3).loc["area"].tolist(), durbin_watson(fit.resid).round(3), fit.resid.abs().max().round(3))
new = pd.DataFrame({"area": [100.0, 60], "age": [10.0, 5], "kind": ["house", "flat"]})
frame = fit.get_prediction(new).summary_frame(alpha=0.05)
print(frame[["mean", "obs_ci_lower", "obs_ci_upper"]].round(2).values.tolist())
print(fit.t_test("area = 2").pvalue.round(4), fit.f_test("area = 0, age = 0").pvalue < 1e-10)
print(het_breuschpagan(fit.resid, fit.model.exog)[1].round(4))

design = sm.add_constant(table[["area", "age"]])
print([round(float(variance_inflation_factor(design.values, i)), 3) for i in (1, 2)], design.columns.tolist())
smaller = sm.OLS(table["price"], design).fit()
anova = sm.stats.anova_lm(smaller, fit)
print(f"{anova['F'].iloc[1]:.2f} {anova['Pr(>F)'].iloc[1] < 1e-6} {fit.compare_f_test(smaller)[0]:.2f}")
weights = sm.WLS(table["price"], design, weights=1 / table["area"]).fit()
robust = fit.get_robustcov_results("HC3")
print(weights.params.round(3).tolist(), robust.bse.round(4).tolist())
lines = fit.summary().as_text().splitlines()
print(lines[0].strip(), "|", [line.split()[0] for line in lines if line.startswith(("area", "age", "C(kind)"))])
print(smf.ols("np.log(price) ~ area * age", table).fit().params.index.tolist())

#=> {'Intercept': 18.465, 'C(kind)[T.house]': 30.727, 'area': 2.01, 'age': -1.485}
#=> [9.6916, 1.4744, 0.0479, 0.2548] [1.91, 20.84, 41.95, -5.83] [False, True, True, True]
#=> 0.99722 0.99699 4306.6 236.689 243.444 40 36
#=> [1.913, 2.107] 1.96 6.735
#=> [[235.32, 224.63, 246.0], [131.62, 116.98, 146.27]]
#=> 0.8404 True
#=> 0.7128
#=> [5.58, 5.58] ['const', 'area', 'age']
#=> 434.36 True 434.36
#=> [22.594, 2.032, -1.266] [10.9248, 1.5795, 0.0572, 0.2699]
#=> OLS Regression Results | ['C(kind)[T.house]', 'area', 'age']
#=> ['Intercept', 'area', 'age', 'area:age']
