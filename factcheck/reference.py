"""The reference set: curated, cited entries from `data/reference/*.yaml` and from folders that a user adds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from factcheck.border import DataError, ReferenceRow, load_yaml
from factcheck.domain import Entry, Grade, ReferenceSet

#: In a folder of a user's own, files with these beginnings hold lexicon rows, the others entries.
LEXICON_FILES = ("concepts", "cues", "subjects")


def load_reference(folders: Sequence[Path], concepts: frozenset[str]) -> ReferenceSet:
    """Read every entry of the folders; an entry of a later folder replaces one of the same id.

    Raises `DataError` naming file, line and entry where one does not fit, where an id stands twice in a folder, or where a
    slot names a concept that the lexicon does not have.
    """
    entries: dict[str, Entry] = {}
    digest = hashlib.sha256()
    for folder in folders:
        paths = sorted(p for p in folder.glob("*.yaml") if not p.name.startswith(LEXICON_FILES))
        if not paths:
            raise DataError(f"{folder}: no .yaml file with reference entries")
        seen: dict[str, Path] = {}
        for path in paths:
            digest.update(path.read_bytes())
            for row in load_yaml(path, ReferenceRow):
                if row.id in seen:
                    raise DataError(f"{path}: {row.id}: already defined in {seen[row.id]}")
                seen[row.id] = path
                entry = row.entry()
                check_slots(path, entry, concepts)
                entries[row.id] = entry
    reviewed = max((e.reviewed for e in entries.values()), default=date.min)
    return ReferenceSet(dict(sorted(entries.items())), reviewed, digest.hexdigest()[:12])


def as_it_stood(reference: ReferenceSet, day: date) -> ReferenceSet:
    """The set as it stood on a day: what was not yet true, or no longer, is left out or turned to the grade it had then."""
    entries = {}
    for entry in reference.entries.values():
        if entry.valid_until is not None and day > entry.valid_until:
            continue
        if entry.valid_from is not None and day < entry.valid_from:
            entry = replace(
                entry,
                grade=Grade.CONTRARY,
                truth=f"Not yet so on {day:%d %B %Y}: from {entry.valid_from:%d %B %Y}, {entry.truth}",
            )
        entries[entry.id] = entry
    return replace(reference, entries=entries)


def check_slots(path: Path | str, entry: Entry, concepts: frozenset[str]) -> None:
    """Raise `DataError` where a slot of the entry names a concept that the lexicon does not have."""
    for slots in entry.slots:
        for concept in (*(c for group in slots.require for c in group), *slots.without):
            if concept not in concepts:
                raise DataError(
                    f"{path}: {entry.id}: slots: the lexicon has no concept {concept!r}; add a row or correct the name"
                )
