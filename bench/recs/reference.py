"""The same algorithms over NumPy, SciPy and OpenBLAS, for a comparison in one run.

    reference.py ials STARTS COLUMNS USERS ITEMS DIMENSIONS EPOCHS UNOBSERVED REGULARIZATION
    reference.py inverse MATRIX N

iALS: all rows of a side take three conjugate gradient steps together; products with the observed pairs go through SciPy's
compressed rows and through blocks of pairs that fit the cache. Prints one line of JSON.
"""
import json
import sys
import time

import numpy as np
from scipy import sparse
from scipy.linalg import lapack


def products(rows, columns, left, right, out, block=65536):
    """out[p] = <left[row of p], right[column of p]> for every observed pair."""
    for at in range(0, len(rows), block):
        part = slice(at, at + block)
        np.einsum('ij,ij->i', left[rows[part]], right[columns[part]], out=out[part])


def alternate(matrix, rows, factors, other, gram, ridge, steps=3):
    columns, values = matrix.indices, np.empty(len(rows), np.float32)
    observed = sparse.csr_matrix((values, columns, matrix.indptr), shape=matrix.shape)

    def apply(x):
        products(rows, columns, x, other, values)
        return x @ gram + ridge[:, None] * x + observed @ other

    residual = matrix @ other - apply(factors)
    direction = residual.copy()
    size = np.einsum('ij,ij->i', residual, residual)
    for _ in range(steps):
        image = apply(direction)
        length = size / np.maximum(np.einsum('ij,ij->i', direction, image), 1e-30)
        factors += length[:, None] * direction
        residual -= length[:, None] * image
        new = np.einsum('ij,ij->i', residual, residual)
        direction = residual + (new / np.maximum(size, 1e-30))[:, None] * direction
        size = new


def ials(starts, columns, users, items, d, epochs, unobserved, regularization):
    starts, columns = np.fromfile(starts, np.int64), np.fromfile(columns, np.int32)
    by_user = sparse.csr_matrix((np.ones(len(columns), np.float32), columns, starts), shape=(users, items))
    by_item = by_user.T.tocsr()
    rng = np.random.default_rng(1)
    w, h = (rng.normal(0, 0.1 / np.sqrt(d), (n, d)).astype(np.float32) for n in (users, items))
    lengths = [np.diff(m.indptr).astype(np.float32) for m in (by_user, by_item)]
    rows = [np.repeat(np.arange(m.shape[0]), np.diff(m.indptr)) for m in (by_user, by_item)]
    ridges = [(regularization * (lengths[0] + unobserved * items)).astype(np.float32), (regularization * (lengths[1] + unobserved * users)).astype(np.float32)]
    seconds = []
    for _ in range(epochs):
        started = time.perf_counter()
        alternate(by_user, rows[0], w, h, unobserved * (h.T @ h), ridges[0])
        alternate(by_item, rows[1], h, w, unobserved * (w.T @ w), ridges[1])
        seconds.append(time.perf_counter() - started)
    fit = by_user.multiply(1).tocoo()
    loss = float(np.mean((np.einsum('ij,ij->i', w[fit.row[:100000]], h[fit.col[:100000]]) - 1) ** 2))
    return {'epoch_s': float(np.median(seconds)), 'observed_loss': loss}


def inverse(path, n):
    a = np.fromfile(path, np.float32).reshape(n, n)
    seconds = []
    for _ in range(2):
        copy = np.asfortranarray(a)
        started = time.perf_counter()
        factor, info = lapack.spotrf(copy, lower=1, overwrite_a=1)
        result, info = lapack.spotri(factor, lower=1, overwrite_c=1)
        result = np.tril(result) + np.tril(result, -1).T
        weights = -result / np.diag(result)[None, :]
        np.fill_diagonal(weights, 0)
        seconds.append(time.perf_counter() - started)
    return {'inverse_s': min(seconds), 'corner': float(weights[0, 1])}


arguments = sys.argv[2:]
if sys.argv[1] == 'ials':
    print(json.dumps(ials(arguments[0], arguments[1], *map(int, arguments[2:6]), *map(float, arguments[6:8]))))
else:
    print(json.dumps(inverse(arguments[0], int(arguments[1]))))
