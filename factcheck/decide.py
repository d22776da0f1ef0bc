"""From a weighed sentence to its label and the claims that carry it. A flag that no entry explains is not raised."""

from __future__ import annotations

from dataclasses import dataclass, replace

from factcheck.domain import Claim, Cue, Label, Stance, Strength
from factcheck.judge import verdict
from factcheck.lexicon import Mention
from factcheck.match import clause_of
from factcheck.read import CUE_TYPES, Reading
from factcheck.verdicts import VERDICTS, WeighedClaim, kept
from factcheck.weigh import Weighed

#: A verdict needs an entry at least this relevant; below it the set has nothing on the claim. Set by judgment; not swept.
RELEVANT = 0.15
#: A flag, be it one or the other, that is not at least this likely is not raised: unverified, "low confidence". At 0.5, 0.55 and
#: 0.6 the flags on the development pages had a precision of 0.76, 0.80 and 0.82, on the half of the behavior groups that is read
#: a recall of 0.92, 0.91 and 0.90, and 2,105, 2,102 and 2,092 of the 2,289 cases were right.
CONFIDENT = 0.55
#: A part of a sentence out of its company is more easily misread, so its flag needs more. On the half of the behavior groups that
#: is read, thresholds of 0.5, 0.6, 0.7, 0.8 and 0.9 gained 12, 12, 10, 8 and 5 lines and lost 6, 5, 1, 0 and 0; on the
#: development pages they gained 1 and lost up to 3.
SEPARATE = 0.75
#: Cue types that set strength or stance, and so belong to the words that decided.
_DECIDING = frozenset(
    [
        "hedge",
        "qualifier",
        "limit",
        "evidence",
        "proof",
        "booster",
        "hype",
        "absolute",
        "negation",
        "falsity",
        "affix",
        "doubt",
        "uncertain",
    ]
)


@dataclass(frozen=True, slots=True)
class Decision:
    """A label, its probability, why (`grid`, `number`, `no claim`, `no entry`, `low confidence`), and its claims."""

    label: Label
    confidence: float
    reason: str
    claims: tuple[Claim, ...]


def decide(weighed: Weighed) -> Decision:
    """The likeliest label that its claims can explain.

    A supported, overstated or contradicted sentence cites the claims whose stance, strength and grade give that label by
    the table, the one that most likely does first. Where none of them can, the next label is tried, but what is likely a claim
    does not become none.
    """
    p = weighed.probabilities
    flag = sum(x for label, x in p.items() if label.flagged)
    for label in sorted(p, key=lambda name: -p[name]):
        if label is Label.NO_CLAIM and p[label] < 0.5 and any(p[verdict] > p[label] for verdict in VERDICTS):
            continue
        if label is Label.NO_CLAIM:
            return Decision(label, p[label], "no claim", ())
        if label is Label.UNVERIFIED:
            return Decision(label, p[label], "no entry", ())
        claims = _carrying(weighed, label)
        if not claims:
            continue
        if label.flagged and flag < CONFIDENT:
            doubted = tuple(replace(c, label=None) for c in claims)
            return Decision(Label.UNVERIFIED, p[label], "low confidence", doubted)
        measured = any(c.label is m.measured for c in claims[:1] for m in weighed.claims if m.entry is c.entry)
        return Decision(label, p[label], "number" if measured else "grid", claims)
    return Decision(Label.UNVERIFIED, p[Label.UNVERIFIED], "no entry", ())


def outweighed(whole: Decision, part: Decision) -> Decision:
    """A compound sentence's decision, given that of one of its parts: the part's where that is worse and likely right, and surer
    where the whole sentence was weighed against the same entry."""
    heard = {c.entry.id for c in part.claims[:1]} & {c.entry.id for c in whole.claims}
    surer = part.confidence >= max(SEPARATE, whole.confidence if heard else 0.0)
    if part.label.flagged and surer and part.label.severity > whole.label.severity:
        return part
    return whole


def _carrying(weighed: Weighed, label: Label) -> tuple[Claim, ...]:
    """The kept claims, those that give the label first; empty where none does."""
    n = VERDICTS.index(label)
    ranked = sorted(
        (c for c in weighed.claims if c.relevance >= RELEVANT),
        key=lambda c: (-c.relevance * float(c.verdicts[n]), c.entry.id),
    )
    first = next((c for c in ranked if c.best(label)[0] > 0), None)
    if first is None:
        return ()
    others = [c for c in kept(weighed.claims) if c is not first]
    return (
        _claim(weighed.reading, first, label),
        *(_claim(weighed.reading, c, None) for c in others if _at_most(c, label)),
    )[:2]


def _at_most(claim: WeighedClaim, label: Label) -> bool:
    own = _label(claim, *claim.best()[1:])
    return own is None or own.severity <= label.severity


def _label(claim: WeighedClaim, stance: Stance, strength: Strength) -> Label | None:
    return claim.measured or verdict(stance, strength, claim.entry.grade)


def _claim(reading: Reading, claim: WeighedClaim, label: Label | None) -> Claim:
    _, stance, strength = claim.best(label)
    settled = label or _label(claim, stance, strength)
    return Claim(claim.entry, stance, strength, settled, _spans(reading, claim), claim.relevance)


def _spans(reading: Reading, claim: WeighedClaim) -> tuple[Cue, ...]:
    """The words that decided: what filled the entry's slots, and the cues of the same clause."""
    candidate, clause = claim.candidate, clause_of(reading, claim.candidate)
    spans = []
    for m in clause.mentions if clause else reading.mentions:
        if m.type in CUE_TYPES:
            decided = m.type in _DECIDING
        else:
            decided = candidate is not None and bool(candidate.matched & {m.id, *reading.ancestors.get(m.id, ())})
        if decided:
            spans.append(_cue(reading, m))
    return tuple(dict.fromkeys(spans))


def _cue(reading: Reading, mention: Mention) -> Cue:
    kind = mention.type if mention.type in CUE_TYPES else mention.id
    return Cue(reading.offsets[mention.start][0], reading.offsets[mention.end - 1][1], kind)
