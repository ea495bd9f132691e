# requires: numpy>=2, pandas>=2
# Windows over time: rolling, expanding, exponential weights, shifts, differences, ranks and drawdowns.
import pandas as pd

days = pd.date_range("2024-02-26", periods=8, freq="D")
price = pd.Series([100, 102, 101, 105, 110, 108, 95, 99.0], index=days, name="price")
print(price.rolling(3).mean().round(2).dropna().tolist(), price.rolling(3, min_periods=1).max().tolist())
print(price.rolling("3D").sum().tolist(), price.rolling(3, center=True).median().dropna().tolist())
print(price.rolling(4).apply(lambda window: window.iloc[-1] - window.iloc[0]).dropna().tolist())
print(price.rolling(4).corr(price.shift(1)).round(4).dropna().tolist())
print(price.expanding().mean().round(2).tolist()[-3:], price.ewm(span=3, adjust=False).mean().round(3).tolist()[:4])
print(price.diff().dropna().tolist(), price.pct_change().mul(100).round(2).dropna().tolist()[:3])
print(price.shift(1).isna().sum(), price.shift(-2).dropna().tolist()[:2])
print(price.shift(1, freq="D").index[0].strftime("%d %b"))
drawdown = price / price.cummax() - 1
print(f"{drawdown.min():.4f} on {drawdown.idxmin():%a %d %b}", price.cummin().tolist()[-2:], price.cumsum().iloc[-1])

streak = (price.diff() > 0).astype(int)
runs = (streak != streak.shift()).cumsum()
print(streak.groupby(runs).cumsum().max(), streak.groupby(runs).agg(["first", "size"]).values.tolist())
print(price.rank(ascending=False).tolist(), price.rank(pct=True).round(2).tolist()[:3])
print(pd.Series([1, 1, 2]).rank(method="dense").tolist())

sales = pd.DataFrame({"shop": list("ababab"), "day": [1, 1, 2, 2, 3, 3], "n": [5, 1, 7, 2, 6, 9]})
sales["last"] = sales.groupby("shop")["n"].shift(fill_value=0)
sales["mean2"] = sales.groupby("shop")["n"].rolling(2, min_periods=1).mean().droplevel(0)
sales["total"] = sales.groupby("shop")["n"].cumsum()
print(sales.to_dict("list"))
print(sales.groupby("shop")["n"].transform(lambda values: values - values.mean()).round(2).tolist())
print(sales.groupby("shop")["n"].rank().tolist())
weekly = price.groupby(price.index.to_period("W")).agg(["first", "max", "last"])
print(weekly.index.astype(str).tolist(), weekly.values.tolist())
print(price.rolling(3).agg(["min", "max"]).iloc[-1].to_dict())
print(price.rolling(3).std().iloc[-1].round(4), price.rolling(5).quantile(0.25).iloc[-1])
print(price.between_time("00:00", "01:00").size, price.asof("2024-02-28 12:00"))
print(price.at_time("00:00").iloc[0], price.first_valid_index().day)

#=> [101.0, 102.67, 105.33, 107.67, 104.33, 100.67] [100.0, 102.0, 102.0, 105.0, 110.0, 110.0, 110.0, 108.0]
#=> [100.0, 202.0, 303.0, 308.0, 316.0, 323.0, 313.0, 302.0] [101.0, 102.0, 105.0, 108.0, 108.0, 99.0]
#=> [5.0, 8.0, 7.0, -10.0, -11.0]
#=> [0.8018, 0.6108, -0.1662, 0.2865]
#=> [104.33, 103.0, 102.5] [100.0, 101.0, 101.0, 103.0]
#=> [2.0, -1.0, 4.0, 5.0, -2.0, -13.0, 4.0] [2.0, -0.98, 3.96]
#=> 1 [101.0, 105.0]
#=> 27 Feb
#=> -0.1364 on Sun 03 Mar [95.0, 95.0] 820.0
#=> 2 [[0, 1], [1, 1], [0, 1], [1, 2], [0, 2], [1, 1]]
#=> [6.0, 4.0, 5.0, 3.0, 1.0, 2.0, 8.0, 7.0] [0.38, 0.62, 0.5]
#=> [1.0, 1.0, 2.0]
#=> {'shop': ['a', 'b', 'a', 'b', 'a', 'b'], 'day': [1, 1, 2, 2, 3, 3], 'n': [5, 1, 7, 2, 6, 9], 'last': [0, 0, 5, 1, 7, 2], 'mean2': [5.0, 1.0, 6.0, 1.5, 6.5, 5.5], 'total': [5, 1, 12, 3, 18, 12]}
#=> [-1.0, -3.0, 1.0, -2.0, 0.0, 5.0]
#=> [1.0, 1.0, 3.0, 2.0, 2.0, 3.0]
#=> ['2024-02-26/2024-03-03', '2024-03-04/2024-03-10'] [[100.0, 110.0, 95.0], [99.0, 99.0, 99.0]]
#=> {'min': 95.0, 'max': 108.0}
#=> 6.6583 99.0
#=> 8 101.0
#=> 100.0 26
