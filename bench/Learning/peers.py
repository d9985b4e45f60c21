"""The same data through scikit-learn's HistGradientBoosting. Debian: python3-sklearn. One process per run: its peak memory is its own."""
import json, os, resource, sys, time

threads = sys.argv[3]
os.environ["OMP_NUM_THREADS"] = threads
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

folder, width = sys.argv[1], int(sys.argv[2])


def load(name):
    a = np.fromfile(os.path.join(folder, name)).reshape(width + 1, -1)
    return a[:-1].T, a[-1]


X, y = load("train.bin")
Xt, yt = load("test.bin")
model = HistGradientBoostingClassifier(max_iter=100, max_leaf_nodes=31, min_samples_leaf=20, learning_rate=0.1, early_stopping=False)
HistGradientBoostingClassifier(max_iter=2).fit(X[:20000], y[:20000])
t = time.perf_counter()
model.fit(X, y)
fit = time.perf_counter() - t
os.environ["OMP_NUM_THREADS"] = "1"
from threadpoolctl import threadpool_limits
with threadpool_limits(1):
    t = time.perf_counter()
    p = model.predict_proba(Xt)[:, 1]
    batch = (time.perf_counter() - t) / len(yt)
    t = time.perf_counter()
    for i in range(50):
        model.predict_proba(Xt[i : i + 1])
    single = (time.perf_counter() - t) / 50
print(json.dumps(dict(fit_s=round(fit, 3), auc=round(roc_auc_score(yt, p), 5), batch_us=round(batch * 1e6, 3), single_us=round(single * 1e6, 1),
                      peak_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))))
