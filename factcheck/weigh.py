"""From readings to claims and a label with its probability.

Explicit reading proposes (slots, cues, numbers), learned heads weigh: is it a claim, which entries does it make, in what stance,
how strongly. The verdict of each claim comes from the table of `judge` and the entry's grade alone, so that a changed grade
changes verdicts at once. A head that reads the verdict straight off the wording is heard only where the entry has the grade that
it had in training.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log
from typing import NamedTuple

import numpy as np

from factcheck.domain import Grade, Label, Stance, Strength
from factcheck.features import CLAIM, Features, claim_grams, cue_features, grams, spoken_features
from factcheck.heads import Floats, Head, Stacked, dense_scores, softmax
from factcheck.markers import in_practice, misleads, plain, with_markers, with_negation
from factcheck.match import Matcher
from factcheck.measure import measure, years_of
from factcheck.model import Model
from factcheck.propose import Proposal, propose, rank
from factcheck.quantity import Amount
from factcheck.read import Reading
from factcheck.verdicts import VERDICTS, WeighedClaim, claim_verdicts, combine, kept

#: Candidates whose strength and stance are read.
WEIGHED = 4
#: A rival of the first candidate must be at least this relevant to be weighed at all. Set by judgment; not swept.
SLIGHT = 0.05
#: Weight of the verdict by the table alone beside the one that also hears the wording, where that is trusted. With 0, 0.15 and
#: 0.3, 0.874, 0.872 and 0.876 of the behavior lines that are read were right, and flagged F1 on the development pages was 0.75,
#: 0.75 and 0.76; at 0.5 the former fell.
BY_TABLE = 0.3
#: A sentence that is no claim with at least this probability is not held against the entries, for speed. Set by judgment.
CERTAIN = 0.98


class Parts(NamedTuple):
    """What the last head is given: log-probabilities of the parts. `direct`, of the verdict read off the wording, is heard if
    `trusted`, and empty for a sentence that is certainly no claim."""

    reading: Reading
    claims: tuple[WeighedClaim, ...]
    trusted: bool
    by_table: Features
    direct: Features

    @property
    def stack(self) -> Features:
        """All of them."""
        return self.by_table | self.direct


class Weighed(NamedTuple):
    """A sentence with its kept claims, most relevant first, and a probability for each label."""

    reading: Reading
    claims: tuple[WeighedClaim, ...]
    probabilities: dict[Label, float]


def around(sentence: Features) -> Features:
    """What the strength and stance heads are given of the whole sentence, at half weight, beside the features of one claim."""
    return {f"{AROUND_PREFIX}{name}": AROUND * x for name, x in sentence.items() if name[:2] in _CONTEXT}


def graded(claim: Features, grade: Grade) -> Features:
    """A claim's features, alone and with the grade of its entry: what the head is given that settles a claim by its wording."""
    return claim | {f"{grade.value}&{name}": x for name, x in claim.items()}


#: Weight of the whole sentence beside one claim, and what its features' names begin with there.
AROUND, AROUND_PREFIX = 0.5, "s:"
_CONTEXT = frozenset(("w:", "b:", "k:", "ma", "in", "su", "ta", "le"))


def _logs(names: Sequence[str], probabilities: Sequence[float]) -> Features:
    return {name: log(p + 1e-3) for name, p in zip(names, probabilities, strict=True)}


_TABLE_FEATURES = [f"table:{v.value}" for v in VERDICTS]


class Weigher:
    """Weighs readings with a model and a reference set."""

    def __init__(self, model: Model, matcher: Matcher) -> None:
        self.model = model
        self.matcher = matcher
        heads = model.heads
        self._order = {entry_id: i for i, entry_id in enumerate(heads["entry"].classes)}
        # What the last head is given, in this order.
        self._kind_features = [f"kind:{c}" for c in heads["kind"].classes]
        self._table_features = ["first", *self._kind_features, *_TABLE_FEATURES]
        self._direct_features = [f"direct:{c}" for c in heads["direct"].classes]
        self._direct_features += [f"settle:{c.partition('&')[2]}" for c in heads["settle"].classes[: len(VERDICTS)]]
        self._unheard = [0.0] * len(self._direct_features)
        # The heads that weigh a claim share a vocabulary: of its own clause, and of the sentence around it.
        weighing = [heads["stance"], heads["strength"], heads["settle"]]
        own, around = zip(*(head.parted(AROUND_PREFIX) for head in weighing), strict=True)
        whole = [heads["kind"], heads["direct"]]
        self._wording = Stacked(
            [(h, h.vocabulary, 1.0) for h in whole]
            + [(h, names, AROUND) for h, names in zip(weighing, around, strict=True)],
            heads["entry"],
        )
        self._stating = Stacked([(h, names, 1.0) for h, names in zip(weighing, own, strict=True)], prefix=CLAIM)

    def weigh(self, readings: Sequence[Reading]) -> Iterator[Weighed]:
        """Weigh a batch; results come in the order of the readings and do not depend on the rest of the batch."""
        if not readings:
            return
        parts = self.parts(readings)
        head, by_table = self.model.heads["label"], self.model.heads["label-by-table"]
        labels = [Label(c) for c in head.classes]
        values = np.asarray([[*p.by_table.values(), *(p.direct.values() or self._unheard)] for p in parts], np.float32)
        names = [*self._table_features, *self._direct_features]
        heard = softmax(dense_scores(head, names, values))
        read = softmax(dense_scores(by_table, names, values))
        trusted = np.asarray([p.trusted for p in parts], bool)[:, None]
        for part, p in zip(
            parts, np.where(trusted, (1 - BY_TABLE) * heard + BY_TABLE * read, read).tolist(), strict=True
        ):
            yield Weighed(part.reading, part.claims, dict(zip(labels, p, strict=True)))

    def parts(self, readings: Sequence[Reading]) -> list[Parts]:
        """What the last head is given, for each reading."""
        heads = self.model.heads
        heard = [r.heard or r for r in readings]
        rows = self._wording.index([spoken_features(r) for r in heard], [grams(r) for r in heard])
        kinds, direct, *weighing = self._wording.sums(rows)
        kinds = softmax(kinds + heads["kind"].intercept)
        direct = softmax(direct + heads["direct"].intercept)
        none = heads["kind"].classes.index("none")
        kinds[[r.unstated for r in readings]] = np.eye(kinds.shape[1], dtype=kinds.dtype)[none]
        open_ = np.flatnonzero(kinds[:, none] < CERTAIN).tolist()
        claims: dict[int, tuple[WeighedClaim, ...]] = {}
        if open_:
            asked = [readings[i] for i in open_]
            entries = self._wording.wide_scores(rows, open_)
            claims = dict(zip(open_, self._claims(asked, entries, [sums[open_] for sums in weighing]), strict=True))
        return [
            self._stack(r, claims.get(i, ()), kind, verdicts if i in claims else None)
            for i, (r, kind, verdicts) in enumerate(zip(readings, kinds.tolist(), direct.tolist(), strict=True))
        ]

    def _stack(
        self, reading: Reading, claims: tuple[WeighedClaim, ...], kind: list[float], direct: list[float] | None
    ) -> Parts:
        table, first, trusted = [1 / len(VERDICTS)] * len(VERDICTS), 0.0, False
        if claims:
            table = combine(claims)
            first = claims[0].relevance
            wrong = claims[0].measured is not None and claims[0].measured.flagged  # wording does not see how much
            trusted = (
                not wrong
                and not misleads(reading, claims[0].entry, claims[0].candidate)
                and not any(in_practice(reading, c.entry, c.candidate) for c in kept(claims))
                and (self._agree(direct, table) or not plain(reading, claims[0].entry, claims[0].candidate))
                and all(self.model.grades.get(c.entry.id) == c.entry.grade.value for c in kept(claims))
            )
            if claims[0].entry.id not in self.model.grades:
                kind = self._taken_in(kind, claims[0])
        by_table = {"first": first, **_logs(self._kind_features, kind), **_logs(_TABLE_FEATURES, table)}
        if direct is None:
            return Parts(reading, claims, False, by_table, {})
        settled = claims[0].settled.tolist() if claims else [1 / len(VERDICTS)] * len(VERDICTS)
        return Parts(reading, claims, trusted, by_table, _logs(self._direct_features, [*direct, *settled]))

    def _taken_in(self, kind: list[float], claim: WeighedClaim) -> list[float]:
        """What kind of sentence it is, where an entry settles it that the model has never met: in training, what such an entry
        is about was outside the set."""
        if claim.candidate is None:
            return kind
        classes = self.model.heads["kind"].classes
        outside, inside = classes.index("outside"), classes.index("inside")
        kind = list(kind)
        kind[inside] += claim.relevance * kind[outside]
        kind[outside] *= 1 - claim.relevance
        return kind

    def _agree(self, direct: list[float] | None, table: list[float]) -> bool:
        """Whether the verdict read off the wording and the one by the table are the same."""
        if direct is None:
            return False
        return self.model.heads["direct"].classes[direct.index(max(direct))] == VERDICTS[table.index(max(table))].value

    def _claims(
        self, readings: Sequence[Reading], entries: Floats, around: Sequence[Floats]
    ) -> Iterator[tuple[WeighedClaim, ...]]:
        """The most relevant entries of each reading, with their stance and strength. Heads are asked once for all.

        Parameters
        ----------
        entries: raw scores of the entry head. around: for each head what the sentence adds to the raw scores of its claims.
        """
        heads = self.model.heads
        proposals = [
            propose(r, s, self.matcher, self._order, ranking)
            for r, s, ranking in zip(readings, entries, rank(entries), strict=True)
        ]
        pairs = heads["relevance"].probabilities([q.features for p in proposals for q in p])
        relevance = iter(pairs[:, heads["relevance"].classes.index("yes")].tolist())
        chosen = [_most_relevant([(q, next(relevance)) for q in p]) for p in proposals]
        asked = [(r, q, x) for r, few in zip(readings, chosen, strict=True) for q, x in few]
        cues = [cue_features(r, q.candidate, q.entry) for r, q, _ in asked]
        words = [claim_grams(r, q.candidate) for r, q, _ in asked]
        own = self._stating.sums(self._stating.index(cues, words))
        years = [
            years_of([q.entry for q in p if q.candidate is not None], r)
            for r, p in zip(readings, proposals, strict=True)
        ]
        of = np.repeat(np.arange(len(readings)), [len(few) for few in chosen])
        stances, strengths, settled = (mine + whole[of] for mine, whole in zip(own, around, strict=True))
        weighed = iter(
            _weighed(
                asked,
                [y for y, few in zip(years, chosen, strict=True) for _ in few],
                _in_order(heads["stance"], stances, [s.value for s in Stance]),
                _in_order(heads["strength"], strengths, [s.value for s in Strength]),
                softmax(_of_grade(settled + heads["settle"].intercept, [q.entry.grade for _, q, _ in asked])),
            )
        )
        yield from (tuple([next(weighed) for _ in few]) for few in chosen)


def _of_grade(scores: Floats, grades: Sequence[Grade]) -> Floats:
    """Of the scores for each grade, one after the other, those for the claim's own grade: (claims, verdicts)."""
    every = scores.reshape(len(grades), len(Grade), len(VERDICTS))
    out: Floats = every[np.arange(len(grades)), [_ROW[grade] for grade in grades]]
    return out


_ROW = {grade: n for n, grade in enumerate(Grade)}


def _most_relevant(proposals: list[tuple[Proposal, float]]) -> list[tuple[Proposal, float]]:
    ranked = sorted(proposals, key=lambda each: -each[1])[:WEIGHED]
    return [each for n, each in enumerate(ranked) if not n or each[1] >= SLIGHT]


def _in_order(head: Head, scores: Floats, members: Sequence[str]) -> Floats:
    """Probabilities of scores without intercept, columns in the order of the enum; 0 for a member that the head never met."""
    p = softmax(scores + head.intercept)
    out = np.zeros((len(p), len(members)), np.float32)
    for n, name in enumerate(members):
        if name in head.classes:
            out[:, n] = p[:, head.classes.index(name)]
    return out


def _weighed(
    asked: Sequence[tuple[Reading, Proposal, float]],
    years: Sequence[frozenset[Amount]],
    stances: Floats,
    strengths: Floats,
    settled: Floats,
) -> Iterator[WeighedClaim]:
    """The claims, with markers, negation and numbers taken into account."""
    for n, (reading, q, _) in enumerate(asked):
        strengths[n] = with_markers(reading, q.entry, q.candidate, strengths[n])
        stances[n] = with_negation(reading, q.entry, q.candidate, stances[n])
    measured = [measure(q.entry, r, q.candidate, y) for (r, q, _), y in zip(asked, years, strict=True)]
    verdicts = claim_verdicts([q.entry.grade for _, q, _ in asked], stances, strengths, measured)
    for (_, q, relevance), *parts in zip(asked, stances, strengths, verdicts, measured, settled, strict=True):
        yield WeighedClaim(q.entry, q.candidate, relevance, *parts)
