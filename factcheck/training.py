"""Training data: sentences written for the project, from `data/training/*.jsonl`, checked as they are read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from factcheck.border import DataError, TrainingRow, read_text
from factcheck.domain import Entry, Label, Stance, Strength
from factcheck.judge import verdict, worst

#: A claim of a sentence as labeled: the entry's id, what is said of it, and how strongly.
Claimed = tuple[str, Stance, Strength]


@dataclass(frozen=True, slots=True)
class Example:
    """A labeled sentence. `group` names the contrast group or page that folds must not split."""

    id: str
    group: str
    before: str
    text: str
    label: Label
    claims: tuple[Claimed, ...]


def load_examples(paths: Sequence[Path], entries: Mapping[str, Entry]) -> list[Example]:
    """Read training files, sorted by id.

    Raises `DataError` naming file and line where a line is not valid, an entry does not exist, a label does not follow from its
    claims by the table though the line gives no `why`, or one sentence stands twice.
    """
    examples: dict[str, Example] = {}
    texts: dict[tuple[str, str], str] = {}
    for path in paths:
        for where, row in read_rows(path):
            if row.id in examples:
                raise DataError(f"{where}: id {row.id} stands twice")
            key = (row.text, row.before or "")
            if key in texts:
                raise DataError(f"{where}: the sentence of {texts[key]} again")
            _check(where, row, entries)
            texts[key] = row.id
            claims = tuple((c.entry, c.stance, c.strength) for c in row.claims)
            examples[row.id] = Example(row.id, row.group, row.before or "", row.text, row.label, claims)
    return [examples[key] for key in sorted(examples)]


def own_wording(entries: Iterable[Entry]) -> Iterator[Example]:
    """What the entries say themselves, as examples: the claim, asserted flatly, and the licensed wording, which is supported."""
    for entry in entries:
        label = verdict(Stance.ASSERTS, Strength.FLAT, entry.grade)
        if label is not None:
            claim = (entry.id, Stance.ASSERTS, Strength.FLAT)
            yield Example(f"entry:{entry.id}:claim", f"entry-{entry.id}", "", entry.claim, label, (claim,))
        yield Example(f"entry:{entry.id}:licensed", f"entry-{entry.id}", "", entry.licensed, Label.SUPPORTED, ())


def read_rows(path: Path) -> Iterator[tuple[str, TrainingRow]]:
    """The lines of a training file, each with where it stands (file and line).

    Raises `DataError` naming file and line where one does not fit; whether labels follow from claims is not looked at.
    """
    for n, line in enumerate(read_text(path).split("\n"), 1):
        if line.strip():
            yield f"{path}:{n}", _row(f"{path}:{n}", line)


def _row(where: str, line: str) -> TrainingRow:
    try:
        return TrainingRow.model_validate(json.loads(line))
    except ValidationError as error:
        first = error.errors()[0]
        raise DataError(f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError:
        raise DataError(f"{where}: broken JSON") from None


def _check(where: str, row: TrainingRow, entries: Mapping[str, Entry]) -> None:
    for claim in row.claims:
        if claim.entry not in entries:
            raise DataError(f"{where}: no entry {claim.entry!r} in the reference set")
    if row.why:
        return
    settled = worst(verdict(c.stance, c.strength, entries[c.entry].grade) for c in row.claims)
    expected = settled or row.label
    if row.label in (Label.SUPPORTED, Label.OVERSTATED, Label.CONTRADICTED) and settled is None:
        raise DataError(f"{where}: {row.label.value}, but no claim settles it; name one or say `why`")
    if expected is not row.label:
        raise DataError(f"{where}: {row.label.value}, but the table gives {expected.value}; correct one or say `why`")
