"""Strength and stance by explicit markers and their reach, mixed into what the learned heads read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from factcheck.domain import Entry, Grade, Stance, Strength
from factcheck.features import negating, rule_strength
from factcheck.heads import Floats
from factcheck.lexicon import Mention
from factcheck.match import Candidate, clause_of
from factcheck.read import FALSITY, Clause, Reading

#: Weight of the explicit markers of strength against the learned head. Of 0, 0.3, 0.6 and 0.85, 0.6 gave the best flagged F1 on
#: the development pages, on which it was therefore chosen; cross-validation on the training sentences cannot tell them apart.
MARKED = 0.6
#: The same for stance, by the rules of negation. 0.6, 0.75 and 0.9 gave 2,053, 2,054 and 2,060 of the 2,289 cases.
NEGATED = 0.85
#: The same for what is said to be done, not to work. Set by judgment; not swept.
DONE = 0.9


def with_markers(reading: Reading, entry: Entry, candidate: Candidate | None, learned: Floats) -> Floats:
    """The learned strengths, with what the clause's markers say mixed in where there are any."""
    clause = clause_of(reading, candidate)
    start, end = (clause.governed_from, clause.end) if clause else (0, len(reading.words))
    marked, raised = rule_strength(reading, start, end)
    if clause and candidate and _asked(reading, candidate.matched, clause):
        marked, raised = Strength.HEDGED, False
    if in_practice(reading, entry, candidate):
        return _weighted(learned, Strength.HEDGED.rank, DONE)
    if marked is Strength.FLAT and not raised:
        return learned
    return _weighted(learned, marked.rank, MARKED)


def _weighted(learned: Floats, place: int, weight: float) -> Floats:
    mixed: Floats = (1 - weight) * learned
    mixed[place] += weight
    return mixed


def misleads(reading: Reading, entry: Entry, candidate: Candidate | None) -> bool:
    """Whether wording is no guide: two negations of the clause cancel, the whole is called false, or it is said of another
    drug."""
    return FALSITY in reading.cues or _cancels(clause_of(reading, candidate)) or transferred(reading, entry)


#: What is weak enough for a claim on an entry of a grade to be supported where it is asserted (docs/labels.md).
_ENOUGH = {
    Grade.STRONG: (Strength.HEDGED, Strength.QUALIFIED),
    Grade.BOUNDED: (Strength.HEDGED,),
    Grade.MIXED: (Strength.HEDGED,),
}


def plain(reading: Reading, entry: Entry, candidate: Candidate | None) -> bool:
    """Whether rules read a claim plainly: a negation turns it round, or a hedge weakens a sentence of one clause."""
    clause = clause_of(reading, candidate)
    if candidate is None or clause is None:
        return False
    strength, _ = rule_strength(reading, clause.governed_from, clause.end)
    if len(reading.clauses) == 1 and strength in _ENOUGH.get(entry.grade, ()):
        return True
    if _ruled(reading, entry, candidate) is None:
        return False
    return bool(negating(clause)) or _asked(reading, candidate.matched, clause)


def _cancels(clause: Clause | None) -> bool:
    """Whether two negations of the claim's clause cancel."""
    if clause is None or len(negating(clause)) != 2:
        return False
    return "affix" in clause.cues or _litotes(clause)


def with_negation(reading: Reading, entry: Entry, candidate: Candidate | None, learned: Floats) -> Floats:
    """The learned stances, with six rules mixed in.

    Two negations of a clause cancel ("is not non-addictive"). A negated verb denies what follows it ("cannot injure the liver").
    A claim worded with a negation is denied by a clause that has none and compares nothing ("is an opioid" for "is not an
    opioid"). A doubt denies what hangs on it ("it is unclear whether it lasts"). Calling it false turns a
    claim round ("it is a myth that it is non-addictive"). What holds for one drug alone is denied by saying it of the other.
    """
    if transferred(reading, entry):
        return _mixed(learned, Stance.DENIES)
    ruled = _ruled(reading, entry, candidate)
    stances = learned if ruled is None else _mixed(learned, ruled)
    if FALSITY in reading.cues:
        turned = [_TURNED.get(s, s) for s in Stance]
        stances = stances[[list(Stance).index(s) for s in turned]]
    return stances


def transferred(reading: Reading, entry: Entry) -> bool:
    """Whether what holds for esketamine alone, such as its approval, is said of ketamine."""
    return entry.exclusive and "ketamine" in reading.drugs and entry.drug not in reading.drugs


_TURNED = {Stance.ASSERTS: Stance.DENIES, Stance.DENIES: Stance.ASSERTS}


def _ruled(reading: Reading, entry: Entry, candidate: Candidate | None) -> Stance | None:
    """What the negations of the claim's own clause say of it, or their lack; None where that is left to the learned head."""
    clause = clause_of(reading, candidate)
    if candidate is None or clause is None:
        return None
    negative, count = candidate.slots.negative, len(negating(clause))
    if _asked(reading, candidate.matched, clause):
        return Stance.DENIES
    if _cancels(clause):
        return Stance.DENIES if negative else Stance.ASSERTS
    if negative:
        bare = count == 0 and not clause.cues & {"contrast", "compare", "uncertain"}
        return Stance.DENIES if bare else None
    if _NEGATORS.isdisjoint(entry.claim.lower().split()) and (
        _doubted(candidate.matched, clause) or _denied(reading, candidate.matched, clause)
    ):
        return Stance.DENIES
    return None


def _mixed(learned: Floats, stance: Stance) -> Floats:
    return _weighted(learned, list(Stance).index(stance), NEGATED)


def _asked(reading: Reading, matched: frozenset[str], clause: Clause) -> bool:
    """Whether the claim hangs on a doubt ("it is unclear whether", "whether it lasts is unclear") that it is not itself
    about."""
    opens = reading.lowers[clause.start] == "whether"
    return any(
        m.type == "uncertain"
        and m.id not in matched
        and (opens or reading.lowers[m.end : m.end + 1] in (("whether",), ("if",)))
        for m in clause.mentions
    )


#: Of "is used for pain": forms of be before the verb, what makes of it more than that, and cues that do.
_BEING = frozenset("is are was were been being".split())
_MORE = frozenset(
    "can could may might successfully effectively safely successful success effective safe which that who".split()
)
_STRONGER = frozenset({"booster", "hype", "absolute", "proof", "negation", "affix", "doubt", "hedge", "comparative"})


def in_practice(reading: Reading, entry: Entry, candidate: Candidate | None) -> bool:
    """Whether the claim's clause says what the drug is used for, not what it does (docs/labels.md, "Practice is not effect")."""
    clause = clause_of(reading, candidate)
    if clause is None or entry.topic != "efficacy" or clause.cues & _STRONGER:
        return False
    words = reading.lowers[clause.start : clause.end]
    if not _MORE.isdisjoint(words):
        return False
    condition = max((m.start for m in clause.mentions if m.type == "condition"), default=-1)
    return any(
        m.type == "practice"
        and m.start < condition
        and not _BEING.isdisjoint(reading.lowers[max(clause.start, m.start - 3) : m.end])
        for m in clause.mentions
    )


#: Words that negate the verb beside them, and words after them that turn the negation elsewhere ("not only", "not everyone").
_NEGATORS = frozenset({"not", "n't", "cannot", "never"})
#: Subjects that negate their whole clause ("no patient has", "nobody has").
_NOBODY = frozenset({"nobody", "none"})
_ANYBODY = frozenset("patient patients person people one adult adults study studies trial trials research".split())
_TURNING = frozenset(
    "only merely just simply all every everyone everybody always necessarily alone yet solely but".split()
)


#: Words close before a negation by which it says whom something is for ("adults whose depression has not improved") or what is
#: to be left ("should not be combined with"), not that a claim is false.
_PEOPLE, _OUGHT, _NEAR = frozenset({"who", "whose", "whom"}), frozenset({"should", "must", "ought"}), 5


#: Verbs that, negated, deny what stands before them ("hallucinations cannot follow a dose").
_OCCURRING = frozenset(
    "occur occurs occurred happen happens happened follow follows followed arise arises exist exists appear appears found "
    "seen reported observed recorded detected required needed necessary listed mentioned covered included".split()
)


def _denied(reading: Reading, slots: frozenset[str], clause: Clause) -> bool:
    """Whether a verb, or the noun itself, is negated before something that filled the entry's slots, and not only in part.
    Negations one inside another are left to the learned head, those one beside the other are not ("never ... and never")."""
    found = negating(clause)
    inside = any(_BESIDE.isdisjoint(reading.lowers[a.end : b.start]) for a, b in pairwise(found))
    matched = [m.start for m in clause.mentions if m.id in slots]
    return not inside and any(_denies(reading, clause, negation, matched) for negation in found)


_BESIDE = frozenset({"and", "or", "nor", ","})


def _denies(reading: Reading, clause: Clause, negation: Mention, matched: Sequence[int]) -> bool:
    if reading.lowers[negation.start : negation.end] == ("no",) and any(0 <= at - negation.end <= 1 for at in matched):
        return True
    words = reading.lowers[negation.start : negation.end + 2]
    verb = not _NEGATORS.isdisjoint(words[: negation.end - negation.start])
    subject = negation.start <= clause.start + 1 and (
        words[0] in _NOBODY or (words[0] == "no" and words[1:2] and words[1] in _ANYBODY)
    )
    if negation.type != "negation" or not (verb or subject):
        return False
    near = reading.lowers[max(clause.start, negation.start - _NEAR) : negation.start]
    if not _PEOPLE.isdisjoint(near) or not _OUGHT.isdisjoint(near[-1:]):
        return False
    occurs = not _OCCURRING.isdisjoint(reading.lowers[negation.end : negation.end + 3])
    return any(start > negation.start or occurs for start in matched) and _TURNING.isdisjoint(words)


def _doubted(slots: frozenset[str], clause: Clause) -> bool:
    """Whether proof is denied before anything that filled the entry's slots ("there is no evidence that")."""
    at = [m.start for m in clause.mentions if m.id in slots]
    return bool(at) and any(m.type == "doubt" and m.id not in slots and m.end <= min(at) for m in clause.mentions)


def _litotes(clause: Clause) -> bool:
    """Whether two negations stand side by side ("not without", "never without")."""
    first, second = negating(clause)
    return second.start <= first.end
