"""Claims with their verdicts: by the table of `judge` from stance, strength and grade, and of several claims the worst."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from factcheck.domain import Entry, Grade, Label, Stance, Strength
from factcheck.heads import Floats
from factcheck.judge import verdict
from factcheck.match import Candidate

VERDICTS = (Label.SUPPORTED, Label.OVERSTATED, Label.CONTRADICTED)
#: A second claim is kept when its relevance reaches this. Set by judgment; not swept.
SECOND_CLAIM = 0.4
#: One that a figure contradicts needs less. Set by judgment; not swept.
WRONG_FIGURE = 0.2
#: Weight of a number's verdict against the wording's (docs/labels.md: numbers win). Set by judgment; not swept.
MEASURED = 0.85


class WeighedClaim(NamedTuple):
    """One candidate entry: how relevant it is, and the distribution over verdicts that its wording gives."""

    entry: Entry
    candidate: Candidate | None
    relevance: float
    stances: Floats  # over Stance
    strengths: Floats  # over Strength
    verdicts: Floats  # over VERDICTS
    measured: Label | None
    settled: Floats  # over the verdicts, by the wording of claims on entries of this grade

    def best(self, label: Label | None = None) -> tuple[float, Stance, Strength]:
        """The likeliest stance and strength with their probability; given a label, among those that the table turns into it."""
        chances = [p * q for p in self.stances.tolist() for q in self.strengths.tolist()]
        among = _ALL if label is None or label is self.measured else _GIVING[self.entry.grade, label]
        if not among:
            return 0.0, Stance.MENTIONS, Strength.FLAT
        n = max(among, key=chances.__getitem__)
        return chances[n], *_PAIRS[n]


#: Stance and strength of each place in a distribution over both, and which places give a label by the table.
_PAIRS = [(s, t) for s in Stance for t in Strength]
_ALL = range(len(_PAIRS))
_GIVING = {
    (grade, label): [n for n, (s, t) in enumerate(_PAIRS) if verdict(s, t, grade) is label]
    for grade in Grade
    for label in Label
}


def claim_verdicts(
    grades: Sequence[Grade], stances: Floats, strengths: Floats, measured: Sequence[Label | None]
) -> Floats:
    """For each claim the distribution over VERDICTS by the table, given those over Stance and Strength; a measured number takes
    precedence."""
    pairs = (stances[:, :, None] * strengths[:, None, :]).reshape(len(grades), len(_PAIRS), 1)
    out: Floats = (pairs * _TABLES[[_ROW[grade] for grade in grades]]).sum(axis=1)
    total = out.sum(axis=1, keepdims=True)
    out = np.where(total > 0, out / np.where(total > 0, total, 1), np.float32(1 / len(VERDICTS)))
    for n, label in enumerate(measured):
        if label is not None:
            out[n] *= 1 - MEASURED
            out[n, VERDICTS.index(label)] += MEASURED
    return out


#: For each grade, which verdict each pair of stance and strength gives: (grades, pairs, VERDICTS), 0 or 1.
_TABLES: Floats = np.asarray(
    [[[float(verdict(s, t, grade) is v) for v in VERDICTS] for s, t in _PAIRS] for grade in Grade], np.float32
)
_ROW = {grade: n for n, grade in enumerate(Grade)}


def combine(claims: Sequence[WeighedClaim]) -> list[float]:
    """The sentence's distribution over VERDICTS: the first claim, shared with its rivals as far as it is in doubt, made worse by
    each further kept claim as far as that one is relevant."""
    verdicts = [c.verdicts.tolist() for c in claims]  # few numbers: plain ones are faster than arrays
    total = max(sum([c.relevance for c in claims]), 1e-9)
    first = claims[0].relevance
    shared = [
        sum([c.relevance * p for c, p in zip(claims, column, strict=True)]) for column in zip(*verdicts, strict=True)
    ]
    at_most = list(accumulate(first * p + (1 - first) * q / total for p, q in zip(verdicts[0], shared, strict=True)))
    for claim in kept(claims)[1:]:
        p = claim.relevance
        own = accumulate(claim.verdicts.tolist())
        at_most = [x * ((1 - p) + p * y) for x, y in zip(at_most, own, strict=True)]
    return [min(max(x - below, 0.0), 1.0) for below, x in zip([0.0, *at_most], at_most, strict=False)]


def kept(claims: Sequence[WeighedClaim]) -> Sequence[WeighedClaim]:
    """The claims that count: the most relevant, and a second where its slots are filled and it is relevant enough, or where a
    figure of it is wrong."""
    further = [
        c
        for c in claims[1:]
        if c.candidate is not None
        and (c.relevance >= SECOND_CLAIM or (c.measured is Label.CONTRADICTED and c.relevance >= WRONG_FIGURE))
    ]
    return [*claims[:1], *further[:1]]
