"""Linear heads over named features, and how rows of features are scored by them. A row's scores do not depend on other rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from sys import intern

import numpy as np
from numpy.typing import NDArray

from factcheck.features import Features, Grams, in_pair

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


def index(
    rows: Sequence[Features], vocabulary: Mapping[str, int], more: Sequence[tuple[list[int], float]] | None = None
) -> Indexed:
    """Rows in terms of a vocabulary. Features that it lacks count for nothing.

    `more` has, for each row, columns that are known already and the value that they all have.
    """
    columns: list[int] = []
    values: list[float] = []
    sizes = []
    for n, row in enumerate(rows):  # no loop over the features: this is where most of a verdict's time would go
        columns.extend(map(vocabulary.get, row, _UNKNOWN))
        values.extend(row.values())
        if more is not None:
            found, value = more[n]
            columns.extend(found)
            values.extend([value] * len(found))
        sizes.append(len(columns))
    indices = np.asarray(columns, np.int32)
    known = indices >= 0
    before = np.concatenate([[0], np.cumsum(known)])
    ends = before[np.asarray(sizes, np.int64)]
    starts = np.concatenate([[0], ends[:-1]]) if sizes else ends
    indices, weights = indices[known], np.asarray(values, np.float32)[known]
    empty = np.flatnonzero(starts == ends)
    if len(empty):  # reduceat needs a term in every row
        indices, weights = np.insert(indices, starts[empty], 0), np.insert(weights, starts[empty], 0)
        starts = starts + np.searchsorted(empty, np.arange(len(starts)))
    return Indexed(indices, weights, starts.tolist())


def _at(columns: Mapping[str, int], names: Iterable[str]) -> Integers:
    return np.fromiter(map(columns.__getitem__, names), np.int64)


#: What `index` takes a feature for that a vocabulary lacks.
_UNKNOWN = repeat(-1)


@dataclass(frozen=True, slots=True)
class Head:
    """A linear classifier over named features. A row's scores do not depend on the other rows."""

    classes: tuple[str, ...]
    vocabulary: dict[str, int]
    weights: Floats  # (features, classes)
    intercept: Floats

    def parted(self, prefix: str) -> tuple[dict[str, int], dict[str, int]]:
        """The vocabulary in two: the names that do not begin with the prefix, and those that do, without it."""
        plain = {name: i for name, i in self.vocabulary.items() if not name.startswith(prefix)}
        return plain, {name[len(prefix) :]: i for name, i in self.vocabulary.items() if name.startswith(prefix)}

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
    parts: heads that are summed, each with its vocabulary under the features' names here, and a factor of their values.
    wide: a head of many classes, whose rows are scored one by one where they are asked for. prefix: of the names of grams.
    """

    def __init__(
        self, parts: Sequence[tuple[Head, Mapping[str, int], float]], wide: Head | None = None, prefix: str = ""
    ) -> None:
        names: dict[str, None] = {}
        for vocabulary in (*(v for _, v, _ in parts), wide.vocabulary if wide else {}):
            names.update(dict.fromkeys(vocabulary))
        columns = dict(zip(names, range(len(names)), strict=True))
        self._bounds = np.cumsum([len(head.classes) for head, _, _ in parts])[:-1]
        self._weights = np.zeros((max(len(names), 1), sum(len(head.classes) for head, _, _ in parts)), np.float32)
        left = 0
        for head, vocabulary, factor in parts:
            right = left + len(head.classes)
            rows = np.fromiter(vocabulary.values(), np.int64, len(vocabulary))
            self._weights[_at(columns, vocabulary), left:right] = head.weights[rows] * np.float32(factor)
            left = right
        if wide:
            self._wide = wide
            self._in_wide = np.full(max(len(names), 1), -1, np.int32)
            self._in_wide[_at(columns, wide.vocabulary)] = np.fromiter(wide.vocabulary.values(), np.int32)
        # Grams are most of what is known. Apart from them the others are few, and stay in the processor's cache.
        self._words: dict[str, int] = {}
        self._after: dict[str, dict[str, int]] = {}  # for each word those that follow it in a known pair
        self._others: dict[str, int] = {}
        word, pair = f"{prefix}w:", f"{prefix}b:"
        for name, i in columns.items():
            if name.startswith(pair):
                a, _, b = name[len(pair) :].rpartition(" ")
                if not b:  # a stretch of spaces
                    a, b = in_pair(name[len(pair) :])
                following = self._after.get(a)
                if following is None:
                    following = self._after[intern(a)] = {}
                following[intern(b)] = i
            elif name.startswith(word):
                self._words[intern(name[len(word) :])] = i
            else:
                self._others[name] = i

    def index(self, rows: Sequence[Features], grams: Sequence[Grams]) -> Indexed:
        """Rows in terms of all that some head knows, each with its words and pairs.

        Those are half of all features, and are looked up without making their names.
        """
        word, after, nothing = self._words.get, self._after.get, dict[str, int]()
        known = []
        for each in grams:
            found = [i for w in each.words if (i := word(w)) is not None]
            found += [i for a, b in each.pairs if (i := after(a, nothing).get(b)) is not None]
            known.append((found, each.value))
        return index(rows, self._others, known)

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
