"""The reference set: entries with their sources, slots and figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from factcheck.domain.labels import Grade


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact is published."""

    title: str
    publisher: str
    year: int | None
    url: str | None
    identifier: str | None = None
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Quantity:
    """A range that the evidence gives: `low` to `high` in `unit`; None means open on that side."""

    name: str
    low: float | None
    high: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Slots:
    """One way of stating an entry's claim, in concepts of the lexicon.

    Every group in `require` must have a member in the clause (or, for a drug, in the context); none of `without` may.
    `negative` says that the claim as worded contains a negation, so that a plain assertion of the concepts denies it.
    """

    require: tuple[frozenset[str], ...]
    without: frozenset[str] = frozenset()
    negative: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A claim that a page could make, what is true, and how good the evidence for the claim as worded is."""

    id: str
    topic: str
    claim: str
    truth: str
    grade: Grade
    licensed: str
    drug: str
    slots: tuple[Slots, ...]
    sources: tuple[Source, ...]
    reviewed: date
    aliases: tuple[str, ...] = ()
    numbers: tuple[Quantity, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    jurisdiction: str = "US"
    rule: str = ""
    exclusive: bool = False  # what it says of its drug is false of the drug that goes by the same name


@dataclass(frozen=True, slots=True)
class ReferenceSet:
    """The curated entries by id, with the date up to which they were reviewed and a short hash of their files."""

    entries: dict[str, Entry] = field(default_factory=dict)
    reviewed: date = date.min
    digest: str = ""
