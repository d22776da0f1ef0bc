"""What a sentence gets and how it speaks: the fixed scales of the pipeline, and the error that stops a run."""

from __future__ import annotations

from enum import Enum


class FactcheckError(Exception):
    """Something that stops a run; its message is one line: what, where, what to do."""


class Label(str, Enum):
    """What a sentence gets. Members stand in order of severity, mildest first (the order of `--fail-on`)."""

    NO_CLAIM = "no_claim"
    SUPPORTED = "supported"
    UNVERIFIED = "unverified"
    OVERSTATED = "overstated"
    CONTRADICTED = "contradicted"

    @property
    def severity(self) -> int:
        """Rank among the labels, 0 (no claim) to 4 (contradicted)."""
        return _SEVERITY[self]

    @property
    def flagged(self) -> bool:
        """True for the two labels that make a finding."""
        return self in (Label.OVERSTATED, Label.CONTRADICTED)


class Grade(str, Enum):
    """Strength of the evidence for a reference entry's claim as worded."""

    ESTABLISHED = "established"
    STRONG = "strong"
    BOUNDED = "bounded"
    MIXED = "mixed"
    ABSENT = "absent"
    CONTRARY = "contrary"


class Strength(str, Enum):
    """How strongly a sentence speaks, weakest first."""

    HEDGED = "hedged"
    QUALIFIED = "qualified"
    FLAT = "flat"
    ABSOLUTE = "absolute"

    @property
    def rank(self) -> int:
        """0 (hedged) to 3 (absolute)."""
        return _RANK[self]


class Severity(str, Enum):
    """How much a finding weighs in a report, mildest first; settings can set it per topic."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


_SEVERITY = {label: n for n, label in enumerate(Label)}
_RANK = {strength: n for n, strength in enumerate(Strength)}


class Stance(str, Enum):
    """What a sentence does with an entry's claim."""

    ASSERTS = "asserts"
    DENIES = "denies"
    MENTIONS = "mentions"


class Disclosed(str, Enum):
    """What a page owes its readers beside the benefits (docs/disclosures.md)."""

    OFF_LABEL = "off_label"
    RISKS = "risks"
    ABUSE = "abuse"
    RESULTS_VARY = "results_vary"
