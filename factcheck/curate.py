"""Keeping the reference set: a new entry checked, tried and written, and entries whose review or sources are old."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import yaml

from factcheck.border import DataError, ReferenceRow, check_rows, load_yaml, parse_yaml
from factcheck.cases import Case, Tried, try_cases
from factcheck.check import FactChecker
from factcheck.domain import Entry, Finding, Grade, Sentence
from factcheck.lexicon import Lexicon
from factcheck.match import Matcher
from factcheck.read import Reader
from factcheck.reference import LEXICON_FILES, check_slots, load_reference

#: Files of a folder that hold lexicon rows.
_LEXICON = (*LEXICON_FILES, "subjects")
_FILE = re.compile(r"[a-z0-9][a-z0-9_-]*")


class NewEntry(ReferenceRow):
    """An entry with its cases, as `reference add` takes it."""

    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence whose verdict an entry changes."""

    sentence: Sentence
    before: Finding
    after: Finding


@dataclass(frozen=True, slots=True)
class Stale:
    """An entry to look at again, and why."""

    entry: Entry
    reasons: tuple[str, ...]


class Desk:
    """A folder of entries to add to, with the sets that it is read together with.

    Parameters
    ----------
    data: the data folder. reference: further folders, as for `FactChecker.load`. folder: where new entries go; need not exist.
    """

    def __init__(self, data: Path, reference: Sequence[Path], folder: Path) -> None:
        self.data, self.folder = data, folder
        shipped = data / "reference"
        beside = [f for f in reference if f.resolve() != folder.resolve()]
        self._own = [p for p in sorted(folder.glob("*.yaml")) if not p.name.startswith(_LEXICON)]
        self._added = [*beside, folder] if self._own and folder.resolve() != shipped.resolve() else beside
        self.lexicon = Lexicon.load([data / "lexicon", *beside, folder])
        self.reader = Reader(self.lexicon)
        self.concepts = frozenset(self.lexicon.rows)
        self.entries: Mapping[str, Entry] = load_reference([shipped, *self._added], self.concepts).entries

    def read(self, text: str, where: str) -> list[NewEntry]:
        """Entries from YAML: a mapping, or a list of them, each with the fields of an entry and its `cases`.

        Raises `DataError` in one line, as the loader does, where something does not fit; and as `check` does.
        """
        raw = parse_yaml(where, text)
        new = check_rows(where, text, raw if isinstance(raw, list) else [raw], NewEntry)
        if not new:
            raise DataError(f"{where}: no entry in it; write one as in data/reference")
        self.check(new, where)
        return new

    def check(self, new: Sequence[NewEntry], where: str) -> None:
        """Raise `DataError` where the loader would refuse the entries once they are written, or an id is taken in the folder."""
        taken = {row.id: path for path in self._own for row in load_yaml(path, ReferenceRow)}
        seen: set[str] = set()
        known = {*self.entries, *(n.id for n in new)}
        for entry in new:
            if entry.id in taken:
                raise DataError(
                    f"{where}: {entry.id}: already in {taken[entry.id]}; change it there, or choose another id"
                )
            if entry.id in seen:
                raise DataError(f"{where}: {entry.id}: stands twice; choose another id for one of them")
            seen.add(entry.id)
            if not _FILE.fullmatch(entry.topic) or entry.topic.startswith(_LEXICON):
                raise DataError(
                    f"{where}: {entry.id}: topic: {entry.topic!r} cannot name a file; use one word in lower case"
                )
            check_slots(where, entry.entry(), self.concepts)
            for n, case in enumerate(entry.cases, 1):
                if case.entry is not None and case.entry not in known:
                    raise DataError(f"{where}: {entry.id}: case {n}: no entry {case.entry!r} in the reference set")

    @contextmanager
    def trial(self, new: Sequence[NewEntry], model: Path | None = None) -> Iterator[tuple[FactChecker, FactChecker]]:
        """Two checkers: as things are, and as they would be with the entries."""
        with tempfile.TemporaryDirectory() as name:
            stage = Path(name)
            if self.folder not in self._added and self.folder.is_dir():
                for path in self.folder.glob("*.yaml"):
                    if path.name.startswith(_LEXICON):
                        shutil.copy(path, stage)
            (stage / "new.yaml").write_text(_dump([_values(n, "cases") for n in new]), encoding="utf-8")
            before = FactChecker.load(self._added, model, data=self.data)
            yield before, FactChecker.load([*self._added, stage], model, data=self.data)

    def concerned(self, sentences: Iterable[Sentence], new: Sequence[NewEntry]) -> Iterator[Sentence]:
        """The sentences that may be about the entries: whose words fill their slots or, for an entry that is replaced, name what
        it is about."""
        entries = [n.entry() for n in new]
        matcher = Matcher(entries, self.lexicon.names)
        replaced = [e for e in entries if e.id in self.entries]
        for sentence in sentences:
            reading = self.reader.read(sentence.text, sentence.before)
            if matcher.candidates(reading) or any(matcher.nameable(e, reading) for e in replaced):
                yield sentence

    def as_yaml(self, new: Sequence[NewEntry]) -> str:
        """The entries as `read` takes them."""
        return _dump([_values(n) for n in new])

    def write(self, new: Sequence[NewEntry]) -> list[Path]:
        """Add the entries to `TOPIC.yaml` of the folder and their cases to `cases/TOPIC.yaml`; the files written.

        Raises `DataError` where a file cannot be written; then none of the files is changed.
        """
        added: dict[Path, str] = {}
        for n in new:
            path = self.folder / f"{n.topic}.yaml"
            added[path] = added.get(path, "") + _dump([_values(n, "cases")])
            if n.cases:
                path = self.folder / "cases" / f"{n.topic}.yaml"
                added[path] = added.get(path, "") + _dump({n.id: [_values(c) for c in n.cases]})
        ready = []
        try:
            for path, text in added.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                # As bytes: what stands in a file stays as it is, with the ends of its lines.
                old = path.read_bytes() if path.exists() else b""
                end = b"\r\n" if b"\r\n" in old else b"\n"
                fresh = path.with_name(f".{path.name}.new")
                ready.append((fresh, path))
                gap = end if old and not old.endswith(b"\n") else b""
                fresh.write_bytes(old + gap + text.encode().replace(b"\n", end))
            for fresh, path in ready:
                fresh.replace(path)
        except OSError as error:
            for fresh, _ in ready:
                fresh.unlink(missing_ok=True)
            raise DataError(f"{self.folder}: cannot be written ({(error.strerror or str(error)).lower()})") from None
        return list(added)


def tried_cases(new: Sequence[NewEntry], checker: FactChecker) -> list[Tried]:
    """The cases of new entries, judged."""
    return try_cases({n.id: n.cases for n in new}, checker)


def changes(sentences: Sequence[Sentence], before: FactChecker, after: FactChecker) -> list[Change]:
    """The sentences whose verdict is another with the second checker."""
    pairs = zip(sentences, before.check_sentences(sentences), after.check_sentences(sentences), strict=True)
    return [Change(s, a, b) for s, a, b in pairs if a.label is not b.label]


def stale(entries: Iterable[Entry], on: date, review_days: int, source_years: int) -> list[Stale]:
    """Entries last reviewed more than `review_days` days before a day, whose newest source is more than `source_years` years old
    or has no year, or that were only true until a day that has passed.

    Sources of `established` entries (approvals, schedules, pharmacology) do not age.
    """
    found = []
    for entry in entries:
        reasons = []
        days = (on - entry.reviewed).days
        if days > review_days:
            reasons.append(f"reviewed {entry.reviewed}, {days} days ago")
        if entry.valid_until is not None and entry.valid_until < on:
            reasons.append(f"true until {entry.valid_until}")
        if entry.grade is not Grade.ESTABLISHED:
            years = [s.year for s in entry.sources if s.year is not None]
            if not years:
                reasons.append("no source with a year")
            elif on.year - max(years) > source_years:
                reasons.append(f"newest source of {max(years)}")
        if reasons:
            found.append(Stale(entry, tuple(reasons)))
    return found


def _values(model: Any, *leave: str) -> dict[str, Any]:
    """What a model holds beyond its defaults, as YAML can write it."""
    fields: dict[str, Any] = _bare(model.model_dump(exclude_defaults=True, by_alias=True, exclude=set(leave)))
    return fields


def _bare(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {k: _bare(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_bare(v) for v in value]
    return value


def _dump(value: Any) -> str:
    # None: what holds only plain values (a source, a case) goes on one line, as in the shipped files.
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=None, width=1000)
