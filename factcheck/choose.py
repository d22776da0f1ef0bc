"""Choosing what to label next: sentences that the model is unsure of or reads differently from the rules, and unlike each other.

Least confidence is uncertainty sampling (Lewis and Gale, 1994); taking what is farthest from all that was taken is the greedy
k-center rule (Gonzalez, 1985; for choosing what to label: Sener and Savarese, 2018), here over TF-IDF vectors.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

from factcheck.check import FactChecker
from factcheck.decide import Decision, decide
from factcheck.domain import Entry, Label, Stance, Strength
from factcheck.gather import Gathered
from factcheck.judge import verdict, worst
from factcheck.match import Matcher
from factcheck.rules import by_rules
from factcheck.verdicts import VERDICTS
from factcheck.weigh import Weighed

#: Sentences that are compared with each other; of more, those most worth labeling by themselves. Bounds memory and time.
POOL = 2000
#: What a disagreement of rules and model is worth, in lost confidence. Set by judgment; not swept.
DISAGREEMENT = 0.3
#: Shorter sentences are menus and headings more often than not, and teach little. Set by judgment; not swept.
LEAST_WORDS = 4
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Citation:
    """What a sentence may say about an entry."""

    entry: Entry
    stance: Stance
    strength: Strength

    @property
    def label(self) -> Label | None:
        """What the table makes of it."""
        return verdict(self.stance, self.strength, self.entry.grade)


@dataclass(frozen=True, slots=True)
class Offer:
    """A sentence to label, with what the checker makes of it; that is not shown before the label is given."""

    given: Gathered
    weighed: Weighed
    decision: Decision

    @property
    def cited(self) -> tuple[Citation, ...]:
        """The checker's own citations."""
        return tuple(Citation(c.entry, c.stance, c.strength) for c in self.decision.claims)

    def explains(self, label: Label) -> bool:
        """Whether the checker's citations give this label by the table."""
        return self.decision.label is label and worst(r.label for r in self.cited) is label

    def readings(self, label: Label) -> tuple[Citation, ...]:
        """Readings of the sentence that the table turns into this label, the likeliest first."""
        if label not in VERDICTS:
            return ()
        n = VERDICTS.index(label)
        likely = sorted(self.weighed.claims, key=lambda c: (-c.relevance * float(c.verdicts[n]), c.entry.id))
        found = (Citation(c.entry, *c.best(label)[1:]) for c in likely)
        return tuple(r for r in found if r.label is label)


def choose(given: Sequence[Gathered], checker: FactChecker, limit: int, known: Set[tuple[str, str]]) -> list[Offer]:
    """The sentences most worth labeling, best first: at most `limit`, none of `known` (text and context), no text twice.

    The same sentences and model give the same choice, and a higher limit only adds to it.
    """
    pool = _worth(given, checker, known)
    chosen = [pool[i][1] for i in _spread([g.sentence.text for _, g in pool], [w for w, _ in pool], limit)]
    weighed = checker.weigh([g.sentence for g in chosen])
    return [Offer(g, w, decide(w)) for g, w in zip(chosen, weighed, strict=True)]


def _worth(
    given: Sequence[Gathered], checker: FactChecker, known: Set[tuple[str, str]]
) -> list[tuple[float, Gathered]]:
    """What labeling each would be worth by itself; the best POOL of them."""
    first: dict[str, Gathered] = {}
    for g in given:
        if g.key not in known and len(_WORD.findall(g.sentence.text)) >= LEAST_WORDS:
            first.setdefault(g.sentence.text, g)
    asked = list(first.values())
    weighed = checker.weigh([g.sentence for g in asked])
    worth = [(_single(w, checker.matcher), g) for g, w in zip(asked, weighed, strict=True)]
    return sorted(worth, key=lambda x: (-x[0], x[1].key))[:POOL]


def _single(weighed: Weighed, matcher: Matcher) -> float:
    decision = decide(weighed)
    disagree = by_rules(weighed.reading, matcher) is not decision.label
    return 1 - decision.confidence + DISAGREEMENT * disagree


def _spread(texts: Sequence[str], worth: Sequence[float], limit: int) -> list[int]:
    """Take one after another what is worth most, counted down by its likeness (cosine) to the nearest already taken."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not texts:
        return []
    vectors = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)).fit_transform(texts)
    weights = np.asarray(worth)
    distance = np.ones(len(texts))
    taken: list[int] = []
    for _ in range(min(limit, len(texts))):
        best = int(np.argmax(weights * distance))
        if distance[best] <= 0:
            break
        taken.append(best)
        likeness = (vectors @ vectors[best].T).toarray().ravel()
        distance = np.minimum(distance, 1 - likeness)
        distance[best] = 0
    return taken
