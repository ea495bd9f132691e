# requires: numpy>=2, pandas>=2, sklearn>=1
# Preprocessing: scaling, encoding, imputing, column transformers, selection and custom transformers on a table.
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.feature_selection import SelectKBest, VarianceThreshold, f_classif
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (KBinsDiscretizer, LabelEncoder, MinMaxScaler, OneHotEncoder, OrdinalEncoder,
                                   PolynomialFeatures, RobustScaler, StandardScaler)

table = pd.DataFrame({"age": [22.0, 38, np.nan, 35, 54, 2], "fare": [7.25, 71.3, 7.9, 53.1, 51.9, 21.1],
                      "deck": ["C", "B", None, "B", "A", "C"], "sex": ["m", "f", "f", "f", "m", "m"]})
survived = np.array([0, 1, 1, 1, 0, 0])


class Ratio(BaseEstimator, TransformerMixin):
    def __init__(self, offset=1.0):
        self.offset = offset

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        X = np.asarray(X, dtype=float)
        return X[:, [1]] / (X[:, [0]] + self.offset)


numbers = Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
words = Pipeline([("fill", SimpleImputer(strategy="constant", fill_value="?")), ("code", OneHotEncoder(handle_unknown="ignore"))])
columns = ColumnTransformer([("n", numbers, ["age", "fare"]), ("w", words, ["deck", "sex"])], sparse_threshold=0)
matrix = columns.fit_transform(table.fillna({"deck": np.nan}))
print(matrix.shape, columns.get_feature_names_out().tolist())
print(matrix[2].round(3).tolist(), np.allclose(matrix[:, :2].mean(axis=0), 0))
model = Pipeline([("columns", columns), ("model", LogisticRegression())]).fit(table, survived)
fresh = pd.DataFrame({"age": [30.0], "fare": [40.0], "deck": ["Z"], "sex": ["f"]})
print(model.predict(fresh).tolist(), model.score(table, survived))
print(model.set_params(model__C=0.1).get_params()["model__C"])

values = np.array([[1.0, 10], [2, 20], [3, 90]])
print(MinMaxScaler().fit_transform(values).round(3).tolist())
print(RobustScaler().fit(values).center_.tolist(), StandardScaler().fit(values).scale_.round(3).tolist())
print(PolynomialFeatures(2, include_bias=False).fit_transform(values[:1]).tolist())
print(OrdinalEncoder(categories=[["S", "M", "L"]]).fit_transform([["M"], ["L"]]).tolist())
print(LabelEncoder().fit(["b", "a", "c"]).transform(["c", "a"]).tolist())
print(KBinsDiscretizer(2, encode="ordinal", strategy="uniform").fit_transform(values)[:, 1].tolist())
print(KNNImputer(n_neighbors=1).fit_transform([[1, 2], [1.1, np.nan], [9, 8]]).tolist())
print(SimpleImputer(strategy="most_frequent").fit_transform([[7.0], [7], [np.nan]]).ravel().tolist())
print(SelectKBest(f_classif, k=1).fit(values, [0, 0, 1]).get_support().tolist())
print(VarianceThreshold().fit_transform([[1, 5], [1, 6]]).tolist())
print(Ratio(offset=0).fit_transform(values).ravel().tolist())
print(Ratio().get_params(), make_column_selector(dtype_include="number")(table))
try:
    StandardScaler().transform(values)
except ValueError as exc:
    print(type(exc).__name__, "not fitted" in str(exc))

#=> (6, 8) ['n__age', 'n__fare', 'w__deck_?', 'w__deck_A', 'w__deck_B', 'w__deck_C', 'w__sex_f', 'w__sex_m']
#=> [0.25, -1.119, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0] True
#=> [1] 1.0
#=> 0.1
#=> [[0.0, 0.0], [0.5, 0.125], [1.0, 1.0]]
#=> [2.0, 20.0] [0.816, 35.59]
#=> [[1.0, 10.0, 1.0, 10.0, 100.0]]
#=> [[1.0], [2.0]]
#=> [2, 0]
#=> [0.0, 0.0, 1.0]
#=> [[1.0, 2.0], [1.1, 2.0], [9.0, 8.0]]
#=> [7.0, 7.0, 7.0]
#=> [False, True]
#=> [[5], [6]]
#=> [10.0, 10.0, 30.0]
#=> {'offset': 1.0} ['age', 'fare']
#=> NotFittedError True
