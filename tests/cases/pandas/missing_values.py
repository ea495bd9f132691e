# requires: numpy>=2, pandas>=2
# Missing values: detection, dropping, filling by group, interpolation, nullable integers and replacement.
import numpy as np
import pandas as pd

frame = pd.DataFrame({
    "city": ["Oslo", "Oslo", "Rome", "Rome", None],
    "temp": [1.0, np.nan, 12.0, np.nan, 5.0],
    "rain": [np.nan, 3.0, 0.0, 4.0, np.nan],
})

print(frame.isna().sum().to_dict(), int(frame.isna().any(axis=1).sum()), frame.notna().all(axis=1).tolist())
print(frame.dropna().index.tolist(), frame.dropna(subset=["city"]).index.tolist(), frame.dropna(thresh=2).index.tolist())
print(frame["temp"].fillna(0).tolist(), frame["temp"].ffill().tolist(), frame["temp"].bfill().tolist())
print(frame["temp"].interpolate().tolist(), frame["rain"].fillna(frame["rain"].mean()).round(3).tolist())

filled = frame["temp"].fillna(frame.groupby("city")["temp"].transform("mean"))
print(filled.tolist(), frame.fillna({"city": "unknown", "rain": -1})[["city", "rain"]].values.tolist())

print(frame["temp"].sum().item(), frame["temp"].mean().item(), frame["temp"].count().item())
print(bool(np.isnan(frame["temp"].sum(skipna=False))))
print(frame.groupby("city", dropna=False)["temp"].sum().tolist(), frame.groupby("city")["rain"].count().to_dict())

whole = pd.Series([1, None, 3], dtype="Int64")
print(str(whole.dtype), [None if pd.isna(value) else int(value) for value in whole + 1], int(whole.sum()), whole.fillna(0).tolist())
marks = pd.Series(["12", "n/a", "7.5", ""])
numbers = pd.to_numeric(marks, errors="coerce")
print(numbers.isna().tolist(), numbers.max().item(), marks.replace({"n/a": "none", "": "blank"}).tolist())
print(frame["rain"].where(frame["rain"] > 0, 0.0).tolist(), frame["temp"].combine_first(frame["rain"]).tolist())
print(pd.Series([1, 2], index=["a", "b"]).reindex(["b", "c"], fill_value=0).to_dict(), frame["city"].isna().iloc[-1].item())

#=> {'city': 1, 'temp': 2, 'rain': 2} 4 [False, False, True, False, False]
#=> [2] [0, 1, 2, 3] [0, 1, 2, 3]
#=> [1.0, 0.0, 12.0, 0.0, 5.0] [1.0, 1.0, 12.0, 12.0, 5.0] [1.0, 12.0, 12.0, 5.0, 5.0]
#=> [1.0, 6.5, 12.0, 8.5, 5.0] [2.333, 3.0, 0.0, 4.0, 2.333]
#=> [1.0, 1.0, 12.0, 12.0, 5.0] [['Oslo', -1.0], ['Oslo', 3.0], ['Rome', 0.0], ['Rome', 4.0], ['unknown', -1.0]]
#=> 18.0 6.0 3
#=> True
#=> [1.0, 12.0, 5.0] {'Oslo': 1, 'Rome': 2}
#=> Int64 [2, None, 4] 4 [1, 0, 3]
#=> [False, True, False, True] 12.0 ['12', 'none', '7.5', 'blank']
#=> [0.0, 3.0, 0.0, 4.0, 0.0] [1.0, 3.0, 12.0, 4.0, 5.0]
#=> {'b': 2, 'c': 0} True
