# requires: numpy>=2, pandas>=2, statsmodels>=0
# Time series: autocorrelation, stationarity tests, seasonal decomposition, smoothing and autoregression.
import warnings

import numpy as np
import pandas as pd
from statsmodels.tsa.ar_model import AutoReg
from statsmodels.tsa.arima.model import ARIMA
from statsmodels.tsa.holtwinters import ExponentialSmoothing, SimpleExpSmoothing
from statsmodels.tsa.seasonal import STL, seasonal_decompose
from statsmodels.tsa.stattools import acf, adfuller, pacf

warnings.simplefilter("ignore")
months = pd.date_range("2020-01-01", periods=48, freq="MS")
n = np.arange(48)
sales = pd.Series(100 + 1.5 * n + 20 * np.sin(2 * np.pi * n / 12) + 2 * np.sin(7 * n), index=months)

parts = seasonal_decompose(sales, model="additive", period=12)
print(parts.seasonal.iloc[:4].round(2).tolist())
print(parts.trend.dropna().diff().dropna().mean().round(3), parts.resid.dropna().abs().max().round(2))
print(STL(sales, period=12, robust=True).fit().trend.iloc[[0, -1]].round(0).tolist(), np.allclose(parts.observed, sales))
print(acf(sales.diff().dropna(), nlags=12).round(3)[[1, 6, 12]].tolist())
print(pacf(sales.diff().dropna(), nlags=2).round(3).tolist())

noise = np.random.RandomState(5).normal(0, 1, 200)
walk, still = np.cumsum(noise), noise
print([round(float(adfuller(series, maxlag=2)[0]), 3) for series in (walk, still)], adfuller(still, maxlag=2)[1] < 0.05)

values = [1.0]
for shock in noise[1:]:
    values.append(0.7 * values[-1] + 0.5 + 0.3 * shock)
fit = AutoReg(values, lags=1).fit()
print(fit.params.round(3).tolist(), fit.predict(200, 202).round(3).tolist(), (np.abs(fit.roots) > 1).all())
arima = ARIMA(values, order=(1, 0, 0)).fit()
print(arima.arparams.round(2).tolist(), arima.params.size, len(arima.forecast(3)), arima.get_forecast(1).conf_int().shape)

simple = SimpleExpSmoothing([3, 5, 9, 20], initialization_method="known", initial_level=3)
smooth = simple.fit(smoothing_level=0.5, optimized=False)
print(smooth.fittedvalues.tolist(), smooth.forecast(1).tolist())
winter = ExponentialSmoothing(sales, trend="add", seasonal="add", seasonal_periods=12).fit()
forecast = winter.forecast(12)
print(forecast.index[0].strftime("%Y-%m"))
print((forecast - (100 + 1.5 * (n[-12:] + 12) + 20 * np.sin(2 * np.pi * n[:12] / 12))).abs().max() < 6)

#=> [0.35, 10.29, 17.44, 19.92]
#=> 1.5 2.75
#=> [101.0, 172.0] True
#=> [0.825, -0.855, 0.706]
#=> [1.0, 0.843, -0.881]
#=> [-1.799, -13.428] True
#=> [0.505, 0.707] [1.965, 1.894, 1.845] True
#=> [0.71] 3 3 (1, 2)
#=> [3.0, 3.0, 4.0, 6.5] [13.25]
#=> 2024-01
#=> True
