"""scikit-learn's models on the same rows. Debian: python3-sklearn. A process for each run: its peak memory is its own.

peer.py fit|forest|logistic FOLDER WIDTH THREADS TIMES | peer.py predict FOLDER WIDTH
"""
import json, os, sys, time

what, folder, width = sys.argv[1], sys.argv[2], int(sys.argv[3])
threads = int(sys.argv[4]) if what != "predict" else os.cpu_count()
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(threads)
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits


def load(name):
    a = np.fromfile(os.path.join(folder, name)).reshape(width + 1, -1)
    return a[:-1].T, a[-1]


def classifier(trees):
    return HistGradientBoostingClassifier(max_iter=trees, max_leaf_nodes=31, min_samples_leaf=20, learning_rate=0.1, early_stopping=False)


def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


models = dict(
    fit=lambda: classifier(100),
    forest=lambda: RandomForestClassifier(100, n_jobs=threads, random_state=0),
    logistic=lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)))
X, y = load("train.bin")
if what in models:
    models[what]().fit(X[:20000], y[:20000])
    seconds = []
    for _ in range(int(sys.argv[5])):
        started = time.perf_counter()
        model = models[what]().fit(X, y)
        seconds.append(time.perf_counter() - started)
    top = peak()
    Xt, yt = load("test.bin")
    p = model.predict_proba(Xt)[:, 1]
    print(json.dumps(dict(fit_s=sorted(seconds)[len(seconds) // 2], auc=roc_auc_score(yt, p), ap=average_precision_score(yt, p), peak_mb=top)))
else:
    model = classifier(200).fit(X[:100000], y[:100000])
    Xt, _ = load("test.bin")
    with threadpool_limits(1):
        model.predict_proba(Xt[:1000])
        started = time.perf_counter()
        model.predict_proba(Xt)
        batch = (time.perf_counter() - started) / len(Xt)
        started = time.perf_counter()
        for i in range(50):
            model.predict_proba(Xt[i : i + 1])
        single = (time.perf_counter() - started) / 50
    print(json.dumps(dict(batch_us=batch * 1e6, single_us=single * 1e6)))
