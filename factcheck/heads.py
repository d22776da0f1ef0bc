"""Linear heads over named features, and how rows of features are scored by them. A row's scores do not depend on other rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from factcheck.features import Features

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
#: With more classes than this, a product for each row is faster than one sum over all.
_WIDE = 16


@dataclass(frozen=True, slots=True)
class Indexed:
    """Rows of features in terms of a vocabulary, ready for every head that shares it."""

    columns: NDArray[np.int32]
    values: Floats
    starts: list[int]  # where in `columns` each row begins

    def ends(self) -> list[int]:
        """Where each row ends."""
        return [*self.starts[1:], len(self.columns)]


def index(rows: Sequence[Features], vocabulary: Mapping[str, int]) -> Indexed:
    """Rows in terms of a vocabulary. Features that it lacks count for nothing."""
    columns: list[int] = []
    values: list[float] = []
    sizes = []
    for row in rows:  # no loop over the features: this is where most of a verdict's time would go
        columns.extend(map(vocabulary.get, row, _UNKNOWN))
        values.extend(row.values())
        sizes.append(len(row))
    found = np.asarray(columns, np.int32)
    known = found >= 0
    before = np.concatenate([[0], np.cumsum(known)])
    ends = before[np.cumsum(sizes, dtype=np.int64)]
    starts = np.concatenate([[0], ends[:-1]]) if sizes else ends
    found, weights = found[known], np.asarray(values, np.float32)[known]
    empty = np.flatnonzero(starts == ends)
    if len(empty):  # reduceat needs a term in every row
        found, weights = np.insert(found, starts[empty], 0), np.insert(weights, starts[empty], 0)
        starts = starts + np.searchsorted(empty, np.arange(len(starts)))
    return Indexed(found, weights, starts.tolist())


#: What `index` takes a feature for that a vocabulary lacks.
_UNKNOWN = repeat(-1)


@dataclass(frozen=True, slots=True)
class Head:
    """A linear classifier over named features. A row's scores do not depend on the other rows."""

    classes: tuple[str, ...]
    vocabulary: dict[str, int]
    weights: Floats  # (features, classes)
    intercept: Floats

    def index(self, rows: Sequence[Features]) -> Indexed:
        """Rows in terms of the vocabulary. Features that it lacks count for nothing."""
        return index(rows, self.vocabulary)

    def scores(self, rows: Sequence[Features] | Indexed) -> Floats:
        """Raw scores (rows, classes) of features, or of rows indexed by a head with the same vocabulary."""
        if not isinstance(rows, Indexed):
            rows = self.index(rows)
        if not rows.starts:
            return np.zeros((0, len(self.classes)), np.float32)
        if len(self.classes) > _WIDE:
            spans = zip(rows.starts, rows.ends(), strict=True)
            sums = [rows.values[a:b] @ self.weights[rows.columns[a:b]] for a, b in spans]
            return np.stack(sums) + self.intercept
        terms = self.weights[rows.columns] * rows.values[:, None]
        return np.add.reduceat(terms, rows.starts, axis=0) + self.intercept

    def probabilities(self, rows: Sequence[Features] | Indexed) -> Floats:
        """Softmax of the scores (rows, classes)."""
        return softmax(self.scores(rows))


class Stacked:
    """Several heads over the same features, so that a row is looked up once for all of them, and its weights lie together.

    Parameters
    ----------
    parts: heads that are summed, each with the prefix that its vocabulary has before the features' names (others are left out)
    and a factor of their values. wide: a head of many classes, whose rows are scored one by one where they are asked for.
    """

    def __init__(self, parts: Sequence[tuple[Head, str, float]], wide: Head) -> None:
        own = [
            {name[len(prefix) :]: i for name, i in head.vocabulary.items() if name.startswith(prefix)}
            if prefix
            else head.vocabulary
            for head, prefix, _ in parts
        ]
        names: dict[str, None] = {}
        for vocabulary in (*own, wide.vocabulary):
            names.update(dict.fromkeys(vocabulary))
        self.vocabulary = dict(zip(names, range(len(names)), strict=True))
        self._bounds = np.cumsum([len(head.classes) for head, _, _ in parts])[:-1]
        self._weights = np.zeros((max(len(names), 1), sum(len(head.classes) for head, _, _ in parts)), np.float32)
        left = 0
        for (head, _, factor), vocabulary in zip(parts, own, strict=True):
            right = left + len(head.classes)
            rows = np.fromiter(vocabulary.values(), np.int64, len(vocabulary))
            self._weights[self._rows(vocabulary), left:right] = head.weights[rows] * np.float32(factor)
            left = right
        self._wide = wide
        self._in_wide = np.full(max(len(names), 1), -1, np.int32)
        self._in_wide[self._rows(wide.vocabulary)] = np.fromiter(wide.vocabulary.values(), np.int32)

    def _rows(self, names: Iterable[str]) -> Integers:
        return np.fromiter(map(self.vocabulary.__getitem__, names), np.int64)

    def index(self, rows: Sequence[Features]) -> Indexed:
        """Rows in terms of all that some head knows."""
        return index(rows, self.vocabulary)

    def sums(self, rows: Indexed) -> list[Floats]:
        """For each of the summed heads the raw scores (rows, classes), without the intercept."""
        terms = self._weights[rows.columns] * rows.values[:, None]
        sums = np.add.reduceat(terms, rows.starts, axis=0) if rows.starts else terms
        return np.split(sums, self._bounds, axis=1)

    def wide_scores(self, rows: Indexed, asked: Sequence[int]) -> Floats:
        """The wide head's raw scores of some of the rows, in the order asked for."""
        scores = np.empty((len(asked), len(self._wide.classes)), np.float32)
        columns, ends = self._in_wide[rows.columns], rows.ends()
        for n, row in enumerate(asked):
            own = columns[rows.starts[row] : ends[row]]
            known = own >= 0
            values = rows.values[rows.starts[row] : ends[row]][known]
            np.matmul(values, self._wide.weights[own[known]], out=scores[n])
        return scores + self._wide.intercept


def dense_scores(head: Head, names: Sequence[str], values: Floats) -> Floats:
    """A head's raw scores of rows that give a value to each of a few features. Summed row by row, not by a product of matrices,
    which would depend on how many rows there are."""
    known = [(n, head.vocabulary[name]) for n, name in enumerate(names) if name in head.vocabulary]
    terms = values[:, [n for n, _ in known], None] * head.weights[[i for _, i in known]]
    scores: Floats = terms.sum(axis=1) + head.intercept
    return scores


def softmax(scores: Floats) -> Floats:
    """Probabilities along the last axis."""
    e: Floats = np.exp(scores - scores.max(axis=-1, keepdims=True))
    total: Floats = e.sum(axis=-1, keepdims=True)
    return e / total
