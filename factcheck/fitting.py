"""Rows of named features to linear heads, by scikit-learn. The same head from the same rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags_array, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from factcheck.features import Features
from factcheck.heads import Floats, Head

SEED = 0
_GRAMS = ("w:", "b:")
#: A gram's inverse document frequency is divided by this, so that a sentence's grams have a norm of about 1 (TF-IDF with unit
#: rows, Salton and Buckley 1988) beside the other features.
_IDF_SCALE = 17.0


def known_names(rows: Iterable[Features], least: int) -> dict[str, int]:
    """The column of each feature that at least so many rows have."""
    count = Counter(name for row in rows for name in row)
    return {name: n for n, name in enumerate(sorted(name for name, c in count.items() if c >= least))}


def _matrix(rows: Sequence[Features], vocabulary: Mapping[str, int]) -> csr_matrix:
    index, value, ends = [], [], [0]
    for row in rows:
        known = sorted((vocabulary[name], x) for name, x in row.items() if name in vocabulary)
        index += [i for i, _ in known]
        value += [x for _, x in known]
        ends.append(len(index))
    shape = (len(rows), len(vocabulary))
    return csr_matrix((np.asarray(value), np.asarray(index, np.int32), np.asarray(ends, np.int32)), shape=shape)


def logistic(
    rows: Sequence[Features],
    targets: Sequence[str],
    c: float,
    least: int = 2,
    weights: Sequence[float] | None = None,
    vocabulary: dict[str, int] | None = None,
    rare: bool = False,
    likeness: Floats | None = None,
) -> Head:
    """Logistic regression.

    Parameters
    ----------
    rare: words and pairs weigh by their inverse document frequency. likeness: a vector for each name of the vocabulary, whose
    sums over a row are further features. The weights of the head take in both, so that scoring needs neither: a name that no
    row has gets the weight that its vector gives it.
    """
    vocabulary = known_names(rows, least) if vocabulary is None else vocabulary
    x = _matrix(rows, vocabulary)
    scale = _idf(x, vocabulary) if rare else np.ones(len(vocabulary))
    x = x @ diags_array(scale)
    seen = x if likeness is None else csr_matrix(hstack([x, csr_matrix(x @ likeness)]))
    model = LogisticRegression(C=c, max_iter=500, random_state=SEED).fit(seen, list(targets), sample_weight=weights)
    classes = tuple(str(k) for k in model.classes_)
    weight, intercept = model.coef_.T[: len(vocabulary)], model.intercept_
    if likeness is not None:
        weight = weight + likeness @ model.coef_.T[len(vocabulary) :]
    weight = weight * scale[:, None]
    if len(classes) == 2:  # one column stands for two: give both, so that softmax gives the same probabilities
        weight, intercept = np.hstack([-weight / 2, weight / 2]), np.hstack([-intercept / 2, intercept / 2])
    return Head(classes, vocabulary, weight.astype(np.float32), intercept.astype(np.float32))


def _idf(x: csr_matrix, vocabulary: Mapping[str, int]) -> Any:
    """Smoothed inverse document frequency of the columns that are words or pairs; 1 for all others."""
    seen = np.bincount(x.indices, minlength=len(vocabulary))
    scale = np.ones(len(vocabulary))
    for name, i in vocabulary.items():
        if name.startswith(_GRAMS):
            scale[i] = (np.log((1 + x.shape[0]) / (1 + max(seen[i], 2))) + 1) / _IDF_SCALE
    return scale


def support_vectors(rows: Sequence[Features], targets: Sequence[str], weights: Sequence[float], c: float) -> Head:
    """A linear support vector machine with classes of equal weight."""
    vocabulary = known_names(rows, 2)
    model = LinearSVC(C=c, class_weight="balanced", random_state=SEED, tol=1e-2)
    model.fit(_matrix(rows, vocabulary), list(targets), sample_weight=weights)
    return Head(
        tuple(model.classes_), vocabulary, model.coef_.T.astype(np.float16), model.intercept_.astype(np.float32)
    )
