"""What the explicit rules alone make of a sentence: slots, markers, negations, numbers and the table; nothing learned."""

from __future__ import annotations

from factcheck.domain import Label, Stance, Strength
from factcheck.features import negating, rule_strength
from factcheck.judge import verdict, worst
from factcheck.match import IN_CLAUSE, IN_SENTENCE, Candidate, Matcher
from factcheck.measure import measure
from factcheck.read import Reading

#: A clause with these speaks of what is offered, asked or intended: it claims nothing.
_UNCLAIMING = frozenset({"offer", "cta", "goal", "article", "person"})


def by_rules(reading: Reading, matcher: Matcher) -> Label:
    """The worst verdict of the claims whose slots are filled, or `no_claim`."""
    if reading.question:
        return Label.NO_CLAIM
    found = matcher.candidates(reading)
    inside = [c for c in found if c.reach == IN_CLAUSE] or [c for c in found if c.reach == IN_SENTENCE][:1] or found[:1]
    heaviest = [c for c in inside if not any(c.matched < other.matched for other in inside)][:2]
    settled = worst(_claim_by_rules(reading, c) for c in heaviest if not c.clause.cues & _UNCLAIMING)
    return settled or Label.NO_CLAIM


def _claim_by_rules(reading: Reading, candidate: Candidate) -> Label | None:
    measured = measure(candidate.entry, reading, candidate)
    if measured is not None:
        return measured
    clause = candidate.clause
    denies = (len(negating(clause)) % 2 == 1) != candidate.slots.negative
    strength, _ = rule_strength(reading, clause.governed_from, clause.end)
    if denies and clause.cues & {"doubt", "uncertain"} and strength.rank > Strength.QUALIFIED.rank:
        strength = Strength.QUALIFIED  # "no evidence that"
    return verdict(Stance.DENIES if denies else Stance.ASSERTS, strength, candidate.entry.grade)
