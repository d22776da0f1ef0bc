"""Why a sentence got its label, in one plain sentence."""

from __future__ import annotations

from factcheck.decide import Decision
from factcheck.domain import Grade, Label, Stance, Strength

_SAID = {
    Strength.HEDGED: "says with a hedge",
    Strength.QUALIFIED: "says with a limit",
    Strength.FLAT: "states flatly",
    Strength.ABSOLUTE: "states without exception",
}
_EVIDENCE = {
    Grade.ESTABLISHED: "this is established",
    Grade.STRONG: "several randomized trials support this, within limits",
    Grade.BOUNDED: "this is true only within limits that must be said",
    Grade.MIXED: "trials are small, open-label or conflicting",
    Grade.ABSENT: "there is no human evidence worth the name for this",
    Grade.CONTRARY: "the evidence or the rules say the opposite",
}
_UNSETTLED = {
    "no claim": "It states nothing about a treatment that evidence could settle.",
    "off topic": "The page names no treatment that the reference set is about, so it was not read further.",
    "no entry": "It makes a medical claim on which the reference set has nothing.",
    "low confidence": "It may go beyond the evidence, but the reading is too uncertain to flag.",
}


def explain(decision: Decision) -> str:
    """One plain sentence on the deciding claim, followed by what is true."""
    if decision.reason in _UNSETTLED:
        return _UNSETTLED[decision.reason]
    claim = decision.claims[0]
    entry = claim.entry
    what = entry.claim.rstrip(".")
    denial = claim.stance is Stance.DENIES
    if decision.reason == "number":
        fit = {Label.SUPPORTED: "agrees with", Label.OVERSTATED: "goes beyond"}.get(decision.label, "differs from")
        return f"Its figure {fit} the evidence. {sentence(entry.truth)}"
    if decision.label is Label.SUPPORTED:
        how = "rightly denies" if denial else _SAID[claim.strength]
        return f"It {how} that {inline(what)}, as the evidence allows. {sentence(entry.truth)}"
    how = f"denies ({_SAID[claim.strength].split(' ', 1)[1]})" if denial else _SAID[claim.strength]
    evidence = _EVIDENCE[entry.grade]
    return f"It {how} that {inline(what)}; {evidence}. {sentence(entry.truth)}"


def off_topic() -> str:
    """Why nothing was read on a page that names none of the treatments."""
    return _UNSETTLED["off topic"]


def sentence(text: str) -> str:
    """A text as a sentence of its own: with a capital and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def inline(claim: str) -> str:
    """A claim as it reads after "that": only acronyms and names keep their capital."""
    first = claim.split(" ", 1)[0]
    keeps = any(c.isupper() for c in first[1:]) or first.rstrip("'s") in _NAMES
    return claim if keeps else claim[:1].lower() + claim[1:]


_NAMES = frozenset(["Spravato", "Cochrane", "Matthew", "Medicare", "Europe", "Belgium", "Berman", "Zarate"])
