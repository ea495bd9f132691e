# requires: numpy>=2, sklearn>=1
# Regression: linear, ridge, lasso, trees and boosting, a grid search, learning from few rows, and saved models.
import pickle

import numpy as np
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import Lasso, LinearRegression, Ridge
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score
from sklearn.model_selection import GridSearchCV, KFold, learning_curve
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeRegressor

rng = np.random.RandomState(0)
X = rng.uniform(-2, 2, (120, 3))
y = 3 * X[:, 0] - 2 * X[:, 1] + 0.5 + rng.normal(0, 0.1, 120)
linear = LinearRegression().fit(X[:80], y[:80])
predicted = linear.predict(X[80:])
print(linear.coef_.round(1).tolist(), round(linear.intercept_, 1), r2_score(y[80:], predicted) > 0.99)
print(mean_absolute_error([1, 2, 3], [1, 2, 5]), mean_squared_error([1, 2, 3], [1, 2, 5]), r2_score([1, 2, 3], [1, 2, 5]))
lasso = Lasso(alpha=0.1).fit(X, y)
ridge = Ridge(alpha=100).fit(X, y)
print((np.abs(lasso.coef_) < 1e-9).tolist(), bool(np.abs(ridge.coef_).sum() < np.abs(linear.coef_).sum()))

curved = np.sin(2 * X[:, 0])
tree = DecisionTreeRegressor(max_leaf_nodes=16, random_state=0).fit(X[:, :1], curved)
boost = GradientBoostingRegressor(n_estimators=80, random_state=0).fit(X[:, :1], curved)
machine = SVR(C=10, epsilon=0.01).fit(X[:, :1], curved)
for name, model in (("tree", tree), ("boost", boost), ("svr", machine)):
    print(f"{name:<6}{model.score(X[:, :1], curved) > 0.95} {abs(model.predict([[0.8]])[0] - np.sin(1.6)) < 0.1}")
print(tree.get_n_leaves(), len(boost.estimators_), (np.diff(boost.train_score_) <= 1e-12).all())

folds = KFold(4, shuffle=True, random_state=0)
search = GridSearchCV(Ridge(), {"alpha": [0.01, 1, 100, 10000]}, cv=folds, scoring="neg_mean_absolute_error")
search.fit(X, y)
print(search.best_params_["alpha"] < 100, search.best_score_ > -0.12)
print(search.cv_results_["rank_test_score"].argmax(), search.n_splits_)
sizes, train_scores, test_scores = learning_curve(LinearRegression(), X, y, train_sizes=[0.2, 0.5, 1.0], cv=4)
print(sizes.tolist(), train_scores.shape, test_scores.mean(axis=1).round(1).tolist())
process = GaussianProcessRegressor(alpha=1e-6).fit([[0.0], [1], [2]], [0.0, 1, 4])
mean, deviation = process.predict([[1.0], [9.0]], return_std=True)
print(mean.round(3).tolist()[0], deviation[0] < 0.01 < deviation[1])
copy = pickle.loads(pickle.dumps(search.best_estimator_))
print(np.array_equal(copy.predict(X[:5]), search.predict(X[:5])), type(copy).__name__, copy.n_features_in_)

#=> [3.0, -2.0, 0.0] 0.5 True
#=> 0.6666666666666666 1.3333333333333333 -1.0
#=> [False, False, True] True
#=> tree  True True
#=> boost True True
#=> svr   True True
#=> 16 80 True
#=> True True
#=> 3 4
#=> [18, 45, 90] (3, 4) [1.0, 1.0, 1.0]
#=> 1.0 True
#=> True Ridge 3
