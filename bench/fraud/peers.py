"""The rows of a folder through scikit-learn's models (and XGBoost where it is installed). Debian: python3-sklearn, python3-xgboost."""
import os, sys
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

folder, width = sys.argv[1], int(sys.argv[2])
a = np.fromfile(os.path.join(folder, "train.bin")).reshape(width + 1, -1)
X, y = a[:-1].T, a[-1]
Xt = np.fromfile(os.path.join(folder, "test.bin")).reshape(width, -1).T


def fraud():
    yield "LogisticRegression", make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    yield "RandomForest 100", RandomForestClassifier(100, random_state=0, n_jobs=2)
    yield "RandomForest 100 depth 20", RandomForestClassifier(100, max_depth=20, random_state=0, n_jobs=2)
    yield "HistGradientBoosting default", HistGradientBoostingClassifier(early_stopping=False, random_state=0)
    yield "HistGradientBoosting tuned", HistGradientBoostingClassifier(
        early_stopping=False, max_leaf_nodes=8, learning_rate=0.05, max_iter=200, l2_regularization=10, min_samples_leaf=50, random_state=0)
    try:
        import xgboost
    except ImportError:
        return
    yield "XGBoost exact depth 4", xgboost.XGBClassifier(
        max_depth=4, learning_rate=0.05, n_estimators=200, tree_method="exact", n_jobs=2, eval_metric="logloss")


for name, model in fraud():
    model.fit(X, y)
    model.predict_proba(Xt)[:, 1].astype(np.float64).tofile(os.path.join(folder, name + ".score"))
