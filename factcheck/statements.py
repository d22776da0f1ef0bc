"""What a clause states for a disclosure: whether it says what a rule asks for, denies it, or says it of something else."""

from __future__ import annotations

from collections.abc import Sequence

from factcheck.border import DisclosureRule
from factcheck.domain import Disclosed
from factcheck.lexicon import Mention
from factcheck.read import Clause, Reading

#: Types of words that negate.
NEGATING = frozenset({"negation", "affix"})
_RELATIVES = frozenset(["which", "who", "that", "whose"])
#: Words with which what follows a comma is a statement of its own, out of reach of a negation before it.
_RESUMES = frozenset("since as so because but although though while yet which who and".split())
#: Tokens before a name in which a contrast makes it what is compared with, not what is spoken of.
_CONTRAST_REACH = 4
_CONTRASTS = frozenset(["than", "unlike", "versus", "vs", "like", "with", "to"])
_TREATMENT = frozenset({"drug", "treatment"})
#: What else can do harm or be addictive.
_CULPRITS = ("other", "complaint")


def holds(rule: DisclosureRule, reading: Reading) -> bool | None:
    """True where a clause says what the rule asks for, False where one says the opposite, None where none speaks of it."""
    clauses: Sequence[Clause] = reading.clauses
    if rule.reach == "sentence":
        whole = Clause(0, len(reading.words), reading.mentions, frozenset(), frozenset(), frozenset())
        clauses = (whole,)
    found = [_holds_in(rule, reading, clause) for clause in clauses]
    return True if True in found else (False if False in found else None)


def _holds_in(rule: DisclosureRule, reading: Reading, clause: Clause) -> bool | None:
    ids = {m.id for m in clause.mentions}
    if not all(ids.intersection(group) for group in rule.require) or not ids.isdisjoint((*rule.without, *_UNSAID)):
        return None
    if reading.lowers[clause.end - 1] == "?":
        return None
    holds = None
    for anchor in (m for m in clause.mentions if m.id in rule.require[0]):
        others = [_nearest(anchor, group, clause.mentions, rule.ordered) for group in rule.require[1:]]
        partners = [o for o in others if o is not None]
        if (
            len(partners) < len(others)
            or _of_another(rule, reading, clause, anchor)
            or _relieved(clause, anchor, partners)
        ):
            continue
        end = anchor.end if rule.denied == "yes" else max([anchor.end, *(o.end for o in partners)])
        start = max((o.end for o in partners), default=0) if rule.denied == "between" else clause.start
        if rule.denied == "either" or _denied(clause, reading.lowers, start, anchor, end) == (rule.denied != "no"):
            return True
        holds = False
    return holds


#: Words with which a clause is one person's story, or leaves open whether.
_UNSAID = ("writer", "doubtful")


def _nearest(anchor: Mention, group: Sequence[str], mentions: Sequence[Mention], ordered: bool) -> Mention | None:
    """The mention of a group nearest to the anchor, not one of the very same words; before it, if they are ordered."""
    near = [m for m in mentions if m.id in group and (m.start, m.end) != (anchor.start, anchor.end)]
    near = [m for m in near if m.start < anchor.start] if ordered else near
    return min(near, key=lambda m: abs(m.start - anchor.start), default=None)


def _denied(clause: Clause, lowers: Sequence[str], start: int, anchor: Mention, end: int) -> bool:
    """Whether what stands up to `end` is denied: a plain negation ("no", "not"), or a word that takes away ("without", "-free").

    Both together affirm ("not without risk"); two of a kind do not ("no risk and no side effects"). A negation reaches up to a
    word that begins a new statement, and back over a verb beside it ("do not occur").
    """
    kinds = set()
    for m in clause.mentions:
        if m.type not in NEGATING or m.start < start:
            continue
        if m.start == 0 and lowers[0] == "no" and lowers[1:2] == (",",):  # the answer "No, ..."
            continue
        reaches = m.start < end and not any(
            lowers[i] == "due" or (lowers[i] == "," and lowers[i + 1] in _RESUMES)
            for i in range(m.end, max(anchor.start - 1, m.end))
        )
        back = any(o.id in ("occur", "bring_about") and m.end <= o.start <= m.end + 1 for o in clause.mentions)
        if m.type == "affix" or reaches or back:
            kinds.add(m.id == "not")
    return len(kinds) == 1


def _of_another(rule: DisclosureRule, reading: Reading, clause: Clause, anchor: Mention) -> bool:
    """Whether what the anchor says is said of another drug, therapy or illness: the subject before it, else what follows it."""
    lowers = reading.lowers
    others = _CULPRITS if rule.discloses in (Disclosed.RISKS, Disclosed.ABUSE) else ("other",)
    named = [m for m in _named(clause.mentions) if m.type in _TREATMENT or m.type in others]
    if any(m.type == "drug" for m in named) and "combine" in {m.id for m in clause.mentions}:
        return False
    ahead = [m for m in named if m.start < anchor.start and not _compared(m, lowers)]
    if ahead:
        return all(m.type in others for m in ahead)
    index = next((n for n, c in enumerate(reading.clauses) if c.start == clause.start), 0)
    if index and lowers[clause.start] in _RELATIVES:
        return _last_named_is_other(reading.clauses[index - 1])
    if any(m.type in _TREATMENT for m in named):
        return False
    behind = [m for m in named if m.start >= anchor.end and m.type == "other"]
    return bool(behind) or (index == 0 and elsewhere(reading))


def _named(mentions: Sequence[Mention]) -> list[Mention]:
    """The treatments and illnesses spoken of. "Traditional treatment" and "botox injections" are one name each."""
    found = [m for m in mentions if m.type in _TREATMENT or m.type in _CULPRITS]
    return [m for m in found if not any(o.type == "other" and o.start <= m.start <= o.end for o in found if o is not m)]


def _compared(mention: Mention, lowers: Sequence[str]) -> bool:
    run_up = lowers[max(0, mention.start - _CONTRAST_REACH) : mention.start]
    return any(w in _CONTRASTS for w in run_up) and "," not in run_up


def _last_named_is_other(clause: Clause) -> bool:
    named = [m for m in clause.mentions if m.type in _TREATMENT or m.type == "other"]
    return bool(named) and named[-1].type == "other"


def elsewhere(reading: Reading) -> bool:
    """Whether the sentence leans on one that spoke only of another treatment, or itself names only such."""
    types = {m.type for m in _named(reading.mentions)}
    if types & _TREATMENT and "drug" in types:
        return False
    if "other" in types:
        return not types & _TREATMENT
    return bool(reading.context & _OTHERS) and not reading.context & {"ketamine", "esketamine"}


_OTHERS = frozenset({"other_drug", "other_treatment"})


def _relieved(clause: Clause, anchor: Mention, others: Sequence[Mention]) -> bool:
    """Whether the nearest verb before the anchor makes it better ("eases headaches"), not what brings it about."""
    ahead = [m for m in clause.mentions if m.end <= anchor.start and (m.type == "relief" or m in others)]
    return bool(ahead) and max(ahead, key=lambda m: m.end).type == "relief"
