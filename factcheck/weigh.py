"""From readings to claims and a label with its probability.

Explicit reading proposes (slots, cues, numbers), learned heads weigh: is it a claim, which entries does it make, in what stance,
how strongly. The verdict of each claim comes from the table of `judge` and the entry's grade alone, so that a changed grade
changes verdicts at once. A head that reads the verdict straight off the wording is heard only where the entry has the grade that
it had in training.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from factcheck.domain import Entry, Grade, Label, Stance, Strength
from factcheck.features import Features, claim_features, sentence_features
from factcheck.judge import verdict
from factcheck.markers import cancels, with_markers, with_negation
from factcheck.match import Candidate, Matcher
from factcheck.measure import measure
from factcheck.model import Floats, Head, Indexed, Integers, Model, index, softmax
from factcheck.propose import Proposal, propose
from factcheck.read import Reading

VERDICTS = (Label.SUPPORTED, Label.OVERSTATED, Label.CONTRADICTED)
#: Candidates whose strength and stance are read.
WEIGHED = 4
#: A rival of the first candidate must be at least this relevant to be weighed at all. Set by judgment; not swept.
SLIGHT = 0.05
#: A second claim is kept when its relevance reaches this. Set by judgment; not swept.
SECOND_CLAIM = 0.4
#: One that a figure contradicts needs less. Set by judgment; not swept.
WRONG_FIGURE = 0.2
#: Weight of a number's verdict against the wording's (docs/labels.md: numbers win). Set by judgment; not swept.
MEASURED = 0.85
#: A sentence that is no claim with at least this probability is not held against the entries, for speed. Set by judgment.
CERTAIN = 0.98


@dataclass(frozen=True, slots=True)
class WeighedClaim:
    """One candidate entry: how relevant it is, and the distribution over verdicts that its wording gives."""

    entry: Entry
    candidate: Candidate | None
    relevance: float
    stances: Floats  # over Stance
    strengths: Floats  # over Strength
    verdicts: Floats  # over VERDICTS
    measured: Label | None

    def best(self, label: Label | None = None) -> tuple[float, Stance, Strength]:
        """The likeliest stance and strength with their probability; given a label, among those that the table turns into it."""
        pairs = [
            (float(p * q), s, t)
            for s, p in zip(Stance, self.stances, strict=True)
            for t, q in zip(Strength, self.strengths, strict=True)
        ]
        if label is not None and label is not self.measured:
            pairs = [c for c in pairs if verdict(c[1], c[2], self.entry.grade) is label]
        return max(pairs, key=lambda c: c[0], default=(0.0, Stance.MENTIONS, Strength.FLAT))


@dataclass(frozen=True, slots=True)
class Parts:
    """What the last head is given: features with the direct verdict (heard if `trusted`) and without."""

    reading: Reading
    claims: tuple[WeighedClaim, ...]
    trusted: bool
    stack: Features
    by_table: Features


@dataclass(frozen=True, slots=True)
class Weighed:
    """A sentence with its kept claims, most relevant first, and a probability for each label."""

    reading: Reading
    claims: tuple[WeighedClaim, ...]
    probabilities: dict[Label, float]


def around(sentence: Features) -> Features:
    """What the strength and stance heads are given of the whole sentence, at half weight, beside the features of one claim."""
    return {f"s:{name}": AROUND * x for name, x in sentence.items() if name[:2] in _CONTEXT}


#: Weight of the whole sentence beside one claim.
AROUND = 0.5
_CONTEXT = frozenset(("w:", "b:", "k:", "ma", "in", "su", "ta", "le"))


def claim_verdicts(grade: Grade, stances: Floats, strengths: Floats, measured: Label | None) -> Floats:
    """Distribution over VERDICTS by the table, given those over Stance and Strength; a measured number takes precedence."""
    out: Floats = np.outer(stances, strengths).reshape(-1) @ _TABLE[grade]
    total = float(out.sum())
    out = out / total if total > 0 else np.full(len(VERDICTS), 1 / 3, np.float32)
    if measured is not None:
        out = (1 - MEASURED) * out
        out[VERDICTS.index(measured)] += MEASURED
    return out


#: For each grade, which verdict each pair of stance and strength gives: (stances x strengths, VERDICTS), 0 or 1.
_TABLE: dict[Grade, Floats] = {
    grade: np.asarray(
        [[float(verdict(s, t, grade) is v) for v in VERDICTS] for s in Stance for t in Strength], np.float32
    )
    for grade in Grade
}


def combine(claims: Sequence[WeighedClaim]) -> Floats:
    """The sentence's distribution over VERDICTS: the first claim, shared with its rivals as far as it is in doubt, made worse by
    each further kept claim as far as that one is relevant."""
    relevance = np.asarray([c.relevance for c in claims], np.float32)
    share = relevance / max(float(relevance.sum()), 1e-9)
    first = float(relevance[0])
    base = first * claims[0].verdicts + (1 - first) * (share @ np.stack([c.verdicts for c in claims]))
    at_most = np.cumsum(base)
    for claim in kept(claims)[1:]:
        p = claim.relevance
        at_most = at_most * ((1 - p) + p * np.cumsum(claim.verdicts))
    return np.clip(np.diff(at_most, prepend=0.0), 0, 1)


def stack_features(kinds: dict[str, float], table: Floats, direct: dict[str, float] | None, first: float) -> Features:
    """Features for the last head: log-probabilities of the parts."""
    f: Features = {f"kind:{k}": float(np.log(p + 1e-3)) for k, p in kinds.items()}
    f |= {f"table:{v.value}": float(np.log(p + 1e-3)) for v, p in zip(VERDICTS, table, strict=True)}
    if direct is not None:
        f |= {f"direct:{v}": float(np.log(p + 1e-3)) for v, p in direct.items()}
    f["first"] = first
    return f


class Weigher:
    """Weighs readings with a model and a reference set."""

    def __init__(self, model: Model, matcher: Matcher) -> None:
        self.model = model
        self.matcher = matcher
        entries = model.heads["entry"].classes
        self._order = {entry_id: i for i, entry_id in enumerate(entries)}
        stance = model.heads.get("stance")
        self._around = {n[2:]: i for n, i in stance.vocabulary.items() if n.startswith("s:")} if stance else {}

    def weigh(self, readings: Sequence[Reading]) -> Iterator[Weighed]:
        """Weigh a batch; results come in the order of the readings and do not depend on the rest of the batch."""
        parts = self.parts(readings)
        head, by_table = self.model.heads["label"], self.model.heads["label-by-table"]
        heard = head.probabilities([p.stack for p in parts])
        read = by_table.probabilities([p.by_table for p in parts])
        for part, a, b in zip(parts, heard, read, strict=True):
            p = (a + b) / 2 if part.trusted else b
            yield Weighed(part.reading, part.claims, {Label(c): float(x) for c, x in zip(head.classes, p, strict=True)})

    def parts(self, readings: Sequence[Reading]) -> list[Parts]:
        """What the last head is given, for each reading."""
        sentences = [sentence_features(r) for r in readings]
        heads = self.model.heads
        indexed = heads["kind"].index(sentences)
        kinds = heads["kind"].probabilities(indexed)
        none = heads["kind"].classes.index("none")
        open_ = [i for i in range(len(readings)) if kinds[i, none] < CERTAIN]
        asked, features = [readings[i] for i in open_], [sentences[i] for i in open_]
        claims = dict(zip(open_, self._claims(asked, features), strict=True))
        direct = heads["direct"].probabilities(indexed)
        return [
            self._stack(r, claims.get(i, ()), kinds[i], direct[i] if i in claims else None)
            for i, r in enumerate(readings)
        ]

    def _stack(self, reading: Reading, claims: tuple[WeighedClaim, ...], kind: Floats, direct: Floats | None) -> Parts:
        kinds = dict(zip(self.model.heads["kind"].classes, kind.tolist(), strict=True))
        table, first, trusted = np.full(len(VERDICTS), 1 / 3, np.float32), 0.0, False
        if claims:
            table = combine(claims)
            first = claims[0].relevance
            trusted = not cancels(claims[0].candidate) and all(
                self.model.grades.get(c.entry.id) == c.entry.grade.value for c in kept(claims)
            )
        by_table = stack_features(kinds, table, None, first)
        if direct is None:
            return Parts(reading, claims, False, by_table, by_table)
        verdicts = dict(zip(self.model.heads["direct"].classes, direct.tolist(), strict=True))
        return Parts(reading, claims, trusted, stack_features(kinds, table, verdicts, first), by_table)

    def _claims(self, readings: Sequence[Reading], sentences: Sequence[Features]) -> Iterator[tuple[WeighedClaim, ...]]:
        """The most relevant entries of each reading, with their stance and strength. Heads are asked once for all."""
        if not readings:
            return
        heads = self.model.heads
        proposals = [
            propose(r, s, self.matcher, self._order)
            for r, s in zip(readings, heads["entry"].scores(sentences), strict=True)
        ]
        pairs = heads["relevance"].probabilities([q.features for p in proposals for q in p])
        relevance = _split(pairs[:, heads["relevance"].classes.index("yes")], proposals)
        chosen = [
            [
                (p[i], float(r[i]))
                for n, i in enumerate(np.argsort(-r, kind="stable")[:WEIGHED])
                if not n or r[i] >= SLIGHT
            ]
            for p, r in zip(proposals, relevance, strict=True)
        ]
        # Scores are sums, so the sentence's share is added up once for all of its candidates.
        shared = index(sentences, self._around).scaled(AROUND)
        own = heads["stance"].index(
            [claim_features(r, q.candidate, q.entry) for r, few in zip(readings, chosen, strict=True) for q, _ in few]
        )
        of = np.repeat(np.arange(len(readings)), [len(few) for few in chosen])
        stances = iter(_in_order(heads["stance"], shared, own, of, [s.value for s in Stance]))
        strengths = iter(_in_order(heads["strength"], shared, own, of, [s.value for s in Strength]))
        for reading, few in zip(readings, chosen, strict=True):
            yield tuple(_weighed(reading, q, r, next(stances), next(strengths)) for q, r in few)


def _in_order(head: Head, shared: Indexed, own: Indexed, of: Integers, members: Sequence[str]) -> Floats:
    """Probabilities with the columns in the order of the enum; 0 for a member that the head never met.

    Row n has the scores of `own` row n and of `shared` row `of[n]`; the intercept counts once.
    """
    p = softmax(head.scores(own) + head.scores(shared)[of] - head.intercept)
    out = np.zeros((len(p), len(members)), np.float32)
    for n, name in enumerate(members):
        if name in head.classes:
            out[:, n] = p[:, head.classes.index(name)]
    return out


def _weighed(
    reading: Reading, proposal: Proposal, relevance: float, stances: Floats, strengths: Floats
) -> WeighedClaim:
    entry, candidate = proposal.entry, proposal.candidate
    strengths = with_markers(reading, candidate, strengths)
    stances = with_negation(reading, candidate, stances)
    measured = measure(entry, reading, candidate)
    verdicts = claim_verdicts(entry.grade, stances, strengths, measured)
    return WeighedClaim(entry, candidate, relevance, stances, strengths, verdicts, measured)


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


def _split(values: Floats, groups: Sequence[Sequence[object]]) -> list[Floats]:
    return np.split(values, np.cumsum([len(g) for g in groups])[:-1])
