"""Strength and stance by explicit markers and their reach, mixed into what the learned heads read."""

from __future__ import annotations

from factcheck.domain import Stance, Strength
from factcheck.features import negating, rule_strength
from factcheck.heads import Floats
from factcheck.match import IN_CLAUSE, Candidate
from factcheck.read import Clause, Reading

#: Weight of the explicit markers of strength against the learned head. Of 0, 0.3, 0.6 and 0.85, 0.6 gave the best flagged F1 on
#: the development pages, on which it was therefore chosen; cross-validation on the training sentences cannot tell them apart.
#: The rules of negation take the same weight, unswept.
MARKED = 0.6


def with_markers(reading: Reading, candidate: Candidate | None, learned: Floats) -> Floats:
    """The learned strengths, with what the clause's markers say mixed in where there are any."""
    clause = candidate.clause if candidate is not None and candidate.reach == IN_CLAUSE else None
    start, end = (clause.governed_from, clause.end) if clause else (0, len(reading.words))
    marked, raised = rule_strength(reading, start, end)
    if marked is Strength.FLAT and not raised:
        return learned
    mixed: Floats = (1 - MARKED) * learned
    mixed[marked.rank] += MARKED
    return mixed


def cancels(candidate: Candidate | None) -> bool:
    """Whether two negations of the claim's clause cancel; wording, which sees them one by one, is then no guide."""
    if candidate is None or candidate.reach != IN_CLAUSE or len(negating(candidate.clause)) != 2:
        return False
    return "affix" in candidate.clause.cues or _litotes(candidate.clause)


def with_negation(reading: Reading, candidate: Candidate | None, learned: Floats) -> Floats:
    """The learned stances, with three rules mixed in.

    Two negations of a clause cancel ("is not non-addictive"). A negated verb denies what follows it ("cannot injure the liver").
    A claim worded with a negation is denied by a clause that has none and compares nothing ("is an opioid" for "is not an
    opioid").
    """
    if candidate is None or candidate.reach != IN_CLAUSE:
        return learned
    clause, negative = candidate.clause, candidate.slots.negative
    count = len(negating(clause))
    if cancels(candidate):
        stance = Stance.DENIES if negative else Stance.ASSERTS
    elif (count == 1 and not negative and _denied(reading, candidate)) or (
        count == 0 and negative and not clause.cues & {"contrast", "compare", "uncertain"}
    ):
        stance = Stance.DENIES
    else:
        return learned
    mixed: Floats = (1 - MARKED) * learned
    mixed[list(Stance).index(stance)] += MARKED
    return mixed


#: Words that negate the verb beside them, and words after them that turn the negation elsewhere ("not only", "not everyone").
_NEGATORS = frozenset({"not", "n't", "cannot", "never"})
_TURNING = frozenset(
    "only merely just simply all every everyone everybody always necessarily alone yet solely but".split()
)


def _denied(reading: Reading, candidate: Candidate) -> bool:
    """Whether a verb is negated before something that filled the entry's slots, and not only in part."""
    clause = candidate.clause
    negation = negating(clause)[0]
    words = reading.lowers[negation.start : negation.end + 2]
    if negation.type != "negation" or _NEGATORS.isdisjoint(words[: negation.end - negation.start]):
        return False
    following = [m.start for m in clause.mentions if m.id in candidate.matched and m.start > negation.start]
    return bool(following) and _TURNING.isdisjoint(words)


def _litotes(clause: Clause) -> bool:
    """Whether two negations stand side by side ("not without", "never without")."""
    first, second = negating(clause)
    return second.start <= first.end
