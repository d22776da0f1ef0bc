"""The parts of compound training sentences as examples of their own, so that they are read in training as at use.

Which of the sentence's claims a part makes follows from the slots that it fills; its label, from those claims by the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from factcheck.compound import leans_on, statements
from factcheck.domain import Entry, Label
from factcheck.judge import verdict, worst
from factcheck.match import Matcher
from factcheck.read import Reader, Reading
from factcheck.training import Claimed, Example


def parts(
    examples: Sequence[Example], reader: Reader, matcher: Matcher, entries: Mapping[str, Entry]
) -> Iterator[tuple[Example, Reading]]:
    """Each part with claims that no other part of its sentence could make."""
    for example in examples:
        bounds = statements(example.text)
        if len(bounds) < 2 or _label(example.claims, entries) is not example.label:  # else a figure settles it
            continue
        readings = [
            reader.read(example.text, leans_on(example.before, example.text, start), frozenset(), (start, end))
            for start, end in bounds
        ]
        filled = [{c.entry.id for c in matcher.candidates(reading)} for reading in readings]
        for reading, own in zip(readings, filled, strict=True):
            claims = tuple(c for c in example.claims if c[0] in own and sum(c[0] in ids for ids in filled) == 1)
            if (label := _label(claims, entries)) is not None:
                yield replace(example, label=label, claims=claims), reading


def _label(claims: Sequence[Claimed], entries: Mapping[str, Entry]) -> Label | None:
    return worst(verdict(stance, strength, entries[entry].grade) for entry, stance, strength in claims)
