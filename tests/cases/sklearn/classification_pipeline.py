# requires: numpy>=2, sklearn>=1
# scikit-learn: a scaled logistic regression and trees on iris, cross-validation, metrics and a confusion matrix.
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, export_text

iris = load_iris()
print(iris.data.shape, iris.target_names.tolist(), iris.data.mean(axis=0).round(4).tolist())
train, test, train_y, test_y = train_test_split(iris.data, iris.target, test_size=0.3, stratify=iris.target, random_state=0)
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(train, train_y)
predicted = model.predict(test)
print(len(train), len(test), accuracy_score(test_y, predicted) > 0.9)
print(confusion_matrix(test_y, predicted).sum(axis=1).tolist())
print(model.predict_proba(test).sum(axis=1).round(6).min())
print(model.predict(iris.data[[0, 60, 120]]).tolist(), model[-1].coef_.shape)
report = classification_report(test_y, predicted, output_dict=True, target_names=iris.target_names)
print(report["setosa"]["f1-score"], report["macro avg"]["support"])
print(roc_auc_score(test_y, model.predict_proba(test), multi_class="ovr") > 0.98)

folds = StratifiedKFold(5, shuffle=True, random_state=1)
for name, estimator in (("logistic", model), ("knn", KNeighborsClassifier(5)),
                        ("forest", RandomForestClassifier(20, random_state=0))):
    scores = cross_val_score(estimator, iris.data, iris.target, cv=folds)
    print(f"{name:<9}{scores.size} folds, all above 0.85: {(scores > 0.85).all()}, mean above 0.9: {scores.mean() > 0.9}")
tree = DecisionTreeClassifier(max_depth=2, random_state=0).fit(iris.data[:, 2:], iris.target)
print(export_text(tree, feature_names=["length", "width"]).splitlines()[0])
print(tree.get_depth(), tree.get_n_leaves(), tree.feature_importances_.sum().round(6))
print(tree.predict([[1.4, 0.2], [4.5, 1.4], [5.8, 2.2]]).tolist())
print((tree.predict(iris.data[:, 2:]) == iris.target).mean().round(2))
try:
    model.predict([[1, 2]])
except ValueError as exc:
    print("ValueError:", str(exc).split(",")[0])

#=> (150, 4) ['setosa', 'versicolor', 'virginica'] [5.8433, 3.0573, 3.758, 1.1993]
#=> 105 45 True
#=> [15, 15, 15]
#=> 1.0
#=> [0, 1, 2] (3, 4)
#=> 1.0 45.0
#=> True
#=> logistic 5 folds, all above 0.85: True, mean above 0.9: True
#=> knn      5 folds, all above 0.85: True, mean above 0.9: True
#=> forest   5 folds, all above 0.85: True, mean above 0.9: True
#=> |--- width <= 0.80
#=> 2 3 1.0
#=> [0, 1, 2]
#=> 0.96
#=> ValueError: X has 2 features
