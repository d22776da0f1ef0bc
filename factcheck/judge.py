"""Verdict = table(stance, strength, grade). Pure: both tables of docs/labels.md, nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from factcheck.domain import Grade, Label, Stance, Strength

_S, _O, _C = Label.SUPPORTED, Label.OVERSTATED, Label.CONTRADICTED

#: What each grade licenses when the claim is asserted: hedged, qualified, flat, absolute.
ASSERTED: dict[Grade, tuple[Label, Label, Label, Label]] = {
    Grade.ESTABLISHED: (_S, _S, _S, _O),
    Grade.STRONG: (_S, _S, _O, _O),
    Grade.BOUNDED: (_S, _S, _O, _C),
    Grade.MIXED: (_S, _O, _O, _O),
    Grade.ABSENT: (_O, _O, _C, _C),
    Grade.CONTRARY: (_C, _C, _C, _C),
}

#: The same when it is denied: "may not", "not proven" or "no evidence that", "does not"; an absolute denial is a flat one.
DENIED: dict[Grade, tuple[Label, Label, Label, Label]] = {
    Grade.ESTABLISHED: (_O, _C, _C, _C),
    Grade.STRONG: (_O, _C, _C, _C),
    Grade.BOUNDED: (_S, _S, _O, _O),
    Grade.MIXED: (_S, _S, _O, _O),
    Grade.ABSENT: (_S, _S, _S, _S),
    Grade.CONTRARY: (_S, _S, _S, _S),
}


def verdict(stance: Stance, strength: Strength, grade: Grade) -> Label | None:
    """The label of one claim, or None where the sentence only mentions it."""
    if stance is Stance.MENTIONS:
        return None
    table = ASSERTED if stance is Stance.ASSERTS else DENIED
    return table[grade][strength.rank]


def worst(labels: Iterable[Label | None]) -> Label | None:
    """The worst of the labels that settle something, or None."""
    settled = [label for label in labels if label is not None]
    return max(settled, key=lambda label: label.severity, default=None)
