"""Folds for cross-validation that keep a writer's sentences, contrast groups and near-duplicates together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from factcheck.training import Example

FOLDS = 5


def folds(examples: Sequence[Example]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The fold of each example: all that one file holds is in one, as one hand wrote it, so that what is held out is another
    writer's. Groups that share near-duplicates (word 3-gram Jaccard ≥ 0.6) go to one fold too. Files go, largest first, to the
    fold that is smallest so far."""
    parent: dict[str, str] = {e.group: e.group for e in examples}

    def root(group: str) -> str:
        while parent[group] != group:
            group = parent[group]
        return group

    for a, b in near_duplicates([(e.group, e.text) for e in examples]):
        parent[max(root(a), root(b))] = min(root(a), root(b))
    sizes = Counter(_file(root(e.group)) for e in examples)
    load = [0] * FOLDS
    home = {}
    for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        home[name] = load.index(min(load))
        load[home[name]] += size
    return np.asarray([home[_file(root(e.group))] for e in examples])


def _file(group: str) -> str:
    """The file's part of a group's name ("clinics-0019")."""
    return group.split("-", 1)[0]


def near_duplicates(items: Iterable[tuple[str, str]], threshold: float = 0.6) -> list[tuple[str, str]]:
    """Pairs of keys whose texts share at least `threshold` of their word 3-grams (Jaccard)."""
    grams: list[tuple[str, frozenset[tuple[str, ...]]]] = []
    index: dict[tuple[str, ...], list[int]] = defaultdict(list)
    pairs = []
    for key, text in items:
        words = text.lower().split()
        own = frozenset(zip(words, words[1:], words[2:], strict=False))
        shared = Counter(j for g in own for j in index[g])
        for j, n in shared.items():
            if n / len(own | grams[j][1]) >= threshold:
                pairs.append((grams[j][0], key))
        for g in own:
            index[g].append(len(grams))
        grams.append((key, own))
    return pairs
