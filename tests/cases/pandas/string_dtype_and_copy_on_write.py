# requires: numpy>=2, pandas>=3
# What pandas 3 changed: text has a string dtype of its own, and no operation changes another frame behind one's back.
import pandas as pd

names = pd.Series(["Ann", None, "bo b"])
print(names.dtype, names.dtype == "str", names.isna().tolist())
print(names.str.upper().tolist(), names.fillna("?").str.len().tolist())
print(pd.DataFrame({"a": ["x"], "n": [1]}).dtypes.astype(str).to_dict())
print(pd.Series(["a", 1]).dtype, pd.Series(["x"], dtype=object).dtype)
print(names.str.contains("b").tolist(), names.str.cat(sep="+"))
print((names + "!").tolist(), names.str.split().tolist(), pd.Index(["a", "b"]).dtype)
try:
    names.iloc[0] = 5
except TypeError as exc:
    print("TypeError:", "5" in str(exc))
print(names.astype("category").cat.categories.dtype)
print(names.astype(object).tolist(), pd.Series(["1", "2"]).astype(int).sum())

frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})
subset = frame[frame["a"] > 1]
subset["a"] = 0
column = frame["a"]
column.iloc[0] = 100
view = frame.iloc[:2]
view.loc[0, "b"] = "changed"
print(frame.to_dict("list"), subset["a"].tolist(), column.tolist(), view["b"].tolist())
array = frame["a"].to_numpy()
print(array.flags.writeable, frame["a"].to_numpy(copy=True).flags.writeable)
shallow = frame.copy(deep=False)
shallow.loc[0, "a"] = -1
renamed = frame.rename(columns={"a": "A"})
renamed.loc[0, "A"] = -2
print(frame.loc[0, "a"], shallow.loc[0, "a"], renamed.loc[0, "A"])


def tidy(table):
    table["clean"] = table["b"].str.upper()
    table.pop("a")
    return table


print(tidy(frame.copy()).columns.tolist(), frame.columns.tolist(), tidy(frame[["a", "b"]]).columns.tolist(), frame.shape)
frame.loc[frame["b"] == "y", "a"] = 20
frame = frame.assign(c=lambda t: t["a"] * 2).query("c > 5")
print(frame.to_dict("list"), frame.index.tolist())
print(pd.DataFrame({"a": [1, 2]}).assign(b=pd.col("a") + 1)["b"].tolist())

#=> str True [False, True, False]
#=> ['ANN', nan, 'BO B'] [3, 1, 4]
#=> {'a': 'str', 'n': 'int64'}
#=> object object
#=> [False, False, True] Ann+bo b
#=> ['Ann!', nan, 'bo b!'] [['Ann'], nan, ['bo', 'b']] str
#=> TypeError: True
#=> str
#=> ['Ann', nan, 'bo b'] 3
#=> {'a': [1, 2, 3], 'b': ['x', 'y', 'z']} [0, 0] [100, 2, 3] ['changed', 'y']
#=> False True
#=> 1 -1 -2
#=> ['b', 'clean'] ['a', 'b'] ['b', 'clean'] (3, 2)
#=> {'a': [20, 3], 'b': ['y', 'z'], 'c': [40, 6]} [1, 2]
#=> [2, 3]
