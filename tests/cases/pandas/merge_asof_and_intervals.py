# requires: numpy>=2, pandas>=2
# Joining by nearness: merge_asof for trades and quotes, interval lookups, ordered merges, anti joins and validation.
import pandas as pd

quotes = pd.DataFrame({"time": pd.to_datetime(["09:00:00", "09:00:10", "09:00:20", "09:01:00"], format="%H:%M:%S"),
                       "ticker": ["A", "B", "A", "A"], "bid": [10.0, 50.0, 11.0, 12.0]})
trades = pd.DataFrame({"time": pd.to_datetime(["09:00:05", "09:00:20", "09:00:59", "09:02:00"], format="%H:%M:%S"),
                       "ticker": ["A", "B", "A", "A"], "n": [5, 1, 2, 9]})
joined = pd.merge_asof(trades, quotes, on="time", by="ticker")
print(joined["bid"].tolist())
print(pd.merge_asof(trades, quotes, on="time", by="ticker", direction="forward")["bid"].fillna(0).tolist())
close = pd.merge_asof(trades, quotes, on="time", by="ticker", tolerance=pd.Timedelta("15s"), allow_exact_matches=False)
print(close["bid"].fillna(-1).tolist(), (joined["n"] * joined["bid"]).groupby(joined["ticker"]).sum().to_dict())

bands = pd.IntervalIndex.from_tuples([(0, 10), (10, 50), (50, 100)], closed="left")
rates = pd.Series([0.0, 0.1, 0.2], index=bands)
print(rates[10], rates[[5, 60]].tolist(), bands.contains(10).tolist())
print(bands.get_indexer([3, 99, 100]).tolist(), bands[1].mid, 50 in bands[1])
left, right = pd.Interval(0, 5), pd.Interval(5, 8, closed="both")
print(left.overlaps(right), left.length, pd.interval_range(0, 6, periods=3).mid.tolist())

people = pd.DataFrame({"id": [1, 2, 3, 4], "name": ["Ann", "Bob", "Cid", "Dot"]})
visits = pd.DataFrame({"id": [2, 2, 4, 9], "day": ["mon", "tue", "mon", "sun"]})
outer = people.merge(visits, on="id", how="outer", indicator=True)
print(outer["_merge"].astype(str).value_counts().to_dict(), outer.loc[outer["_merge"] == "left_only", "name"].tolist())
print(people[~people["id"].isin(visits["id"])]["name"].tolist())
print(people.merge(visits, how="cross").shape, people.merge(visits, how="left")["day"].isna().sum())
try:
    people.merge(visits, on="id", validate="one_to_one")
except pd.errors.MergeError as exc:
    print("MergeError:", str(exc).split(";")[0])
print(pd.merge_ordered(people.iloc[[0, 2]], visits.iloc[:1], on="id", fill_method="ffill")[["id", "name"]].values.tolist())
stock = pd.DataFrame({"tea": [5, 2]}, index=["oslo", "rome"])
print(stock.join(pd.DataFrame({"mug": [1]}, index=["rome"]), how="left").fillna(0).to_dict("index"))
combined = pd.concat([people.assign(src="p"), visits.rename(columns={"day": "name"})], ignore_index=True, keys=None)
print(combined.shape, combined["src"].notna().sum())
print(pd.concat({"x": people["id"], "y": visits["id"]}, axis=1).sum().to_dict())
print(pd.Series([1, None, 3]).combine_first(pd.Series([9, 8, 7, 6])).tolist())
print(people.set_index("id").reindex([4, 7])["name"].fillna("none").tolist())

#=> [10.0, 50.0, 11.0, 12.0]
#=> [11.0, 0.0, 12.0, 0.0]
#=> [10.0, 50.0, -1.0, -1.0] {'A': 180.0, 'B': 50.0}
#=> 0.1 [0.0, 0.2] [False, True, False]
#=> [0, 2, -1] 30.0 False
#=> True 5 [1.0, 3.0, 5.0]
#=> {'both': 3, 'left_only': 2, 'right_only': 1} ['Ann', 'Cid']
#=> ['Ann', 'Cid']
#=> (16, 4) 2
#=> MergeError: Merge keys are not unique in right dataset
#=> [[1, 'Ann'], [2, 'Ann'], [3, 'Cid']]
#=> {'oslo': {'tea': 5, 'mug': 0.0}, 'rome': {'tea': 2, 'mug': 1.0}}
#=> (8, 3) 4
#=> {'x': 10, 'y': 17}
#=> [1.0, 8.0, 3.0, 6.0]
#=> ['Dot', 'none']
