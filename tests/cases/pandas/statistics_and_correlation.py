# requires: numpy>=2, pandas>=2
# Describing data: summaries, correlation, quantiles, outliers, standardising and a regression by hand.
import pandas as pd

birds = pd.DataFrame({
    "species": ["gull", "gull", "gull", "tern", "tern", "tern", "auk", "auk"],
    "mass": [1.20, 1.05, 1.34, 0.11, 0.13, 0.12, 0.92, 3.9],
    "wing": [140.0, 131, 146, 78, 82, 80, 66, 64],
    "eggs": [3, 2, 3, 1, 2, 2, 1, None],
})
print(birds.describe().loc[["count", "mean", "50%", "max"]].round(3).to_dict())
print(birds["species"].describe().to_dict(), birds.describe(include="all").shape)
print(birds.corr(numeric_only=True).round(3).loc["mass"].to_dict())
print(birds["mass"].rank().corr(birds["wing"].rank()).round(4))
print(birds.groupby("species")["mass"].agg(["mean", "std", "sem"]).round(4).to_dict("index"))
print(birds["mass"].quantile([0.1, 0.5, 0.9]).round(3).to_dict(), birds["eggs"].mode().tolist())
print(birds["wing"].skew().round(4), birds["wing"].kurt().round(4))

q1, q3 = birds["mass"].quantile([0.25, 0.75])
outliers = birds[(birds["mass"] > q3 + 1.5 * (q3 - q1)) | (birds["mass"] < q1 - 1.5 * (q3 - q1))]
print(outliers[["species", "mass"]].values.tolist(), birds["mass"].clip(upper=q3).max().round(4))
within = birds.groupby("species")["wing"].transform(lambda values: (values - values.mean()) / values.std())
print(within.round(3).tolist(), birds["eggs"].fillna(birds.groupby("species")["eggs"].transform("median")).tolist())

usable = birds.drop(index=outliers.index)
slope = usable["wing"].cov(usable["mass"]) / usable["wing"].var()
offset = usable["mass"].mean() - slope * usable["wing"].mean()
fitted = offset + slope * usable["wing"]
r2 = 1 - ((usable["mass"] - fitted) ** 2).sum() / ((usable["mass"] - usable["mass"].mean()) ** 2).sum()
print(f"mass = {slope:.5f} * wing {offset:+.4f}, r2 = {r2:.4f}")
weights = birds["wing"] / birds["wing"].sum()
print((weights * birds["mass"]).sum().round(4), birds["mass"].nlargest(2).index.tolist())
print(birds.nsmallest(2, ["eggs", "mass"])["species"].tolist())
print(birds.select_dtypes("number").agg(["min", "max"]).to_dict(), birds.count().to_dict(), birds.nunique().to_dict())
print(birds.sample(3, random_state=1).index.size, birds["mass"].sem().round(5))
print(birds[["mass", "wing"]].apply(lambda c: c.max() - c.min()).to_dict())
products = birds.assign(product=birds["mass"] * birds["wing"]).groupby("species", sort=False)
print((products["product"].sum() / products["wing"].sum()).round(4).to_dict())
bins = birds["wing"].value_counts(bins=[60, 80, 120, 150], sort=False)
print(bins.tolist(), birds.duplicated("species").sum())
print(birds.drop_duplicates("species", keep="last").index.tolist(), birds["mass"].idxmax())

#=> {'mass': {'count': 8.0, 'mean': 1.096, '50%': 0.985, 'max': 3.9}, 'wing': {'count': 8.0, 'mean': 98.375, '50%': 81.0, 'max': 146.0}, 'eggs': {'count': 7.0, 'mean': 2.0, '50%': 2.0, 'max': 3.0}}
#=> {'count': 8, 'unique': 3, 'top': 'gull', 'freq': 3} (11, 4)
#=> {'mass': 1.0, 'wing': -0.075, 'eggs': 0.557}
#=> 0.1905
#=> {'auk': {'mean': 2.41, 'std': 2.1072, 'sem': 1.49}, 'gull': {'mean': 1.1967, 'std': 0.145, 'sem': 0.0837}, 'tern': {'mean': 0.12, 'std': 0.01, 'sem': 0.0058}}
#=> {0.1: 0.117, 0.5: 0.985, 0.9: 2.108} [2.0]
#=> 0.5641 -1.9526
#=> [['auk', 3.9]] 1.235
#=> [0.132, -1.06, 0.927, -1.0, 1.0, 0.0, 0.707, -0.707] [3.0, 2.0, 3.0, 1.0, 2.0, 2.0, 1.0, 1.0]
#=> mass = 0.01260 * wing -0.6055, r2 = 0.6009
#=> 1.0678 [7, 2]
#=> ['tern', 'auk']
#=> {'mass': {'min': 0.11, 'max': 3.9}, 'wing': {'min': 64.0, 'max': 146.0}, 'eggs': {'min': 1.0, 'max': 3.0}} {'species': 8, 'mass': 8, 'wing': 8, 'eggs': 7} {'species': 3, 'mass': 8, 'wing': 8, 'eggs': 3}
#=> 3 0.43964
#=> {'mass': 3.79, 'wing': 82.0}
#=> {'gull': 1.2019, 'tern': 0.1202, 'auk': 2.3871}
#=> [4, 1, 3] 5
#=> [2, 5, 7] 7
