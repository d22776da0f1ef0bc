"""The cases of the reference set: sentences written for each entry, with the verdict that they have to get."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from factcheck.border import DataError, read_text
from factcheck.check import FactChecker
from factcheck.domain import Entry, Finding, Label, Sentence

#: What `reference check` asks of the shipped set: of all cases, and of those of each entry.
ALL, EACH = 0.97, 0.75


class Case(BaseModel):
    """A sentence written for an entry. `kind` is given for a denial and for a near miss that `entry`, or none, settles."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    text: str = Field(min_length=8)
    before: str = ""
    label: Label
    kind: Literal["denial", "near_miss"] | None = None
    entry: str | None = None

    @property
    def role(self) -> str:
        """What the case tries: its kind, else its label."""
        return self.kind or self.label.value


@dataclass(frozen=True, slots=True)
class Tried:
    """A case, the entry that it belongs to, and what was made of it."""

    owner: str
    case: Case
    finding: Finding

    @property
    def right(self) -> bool:
        """Whether the label is right, and a near miss is not settled by the entry that it comes near."""
        cites_owner = any(c.entry.id == self.owner for c in self.finding.claims[:1])
        missed = self.case.kind != "near_miss" or self.case.entry == self.owner or not cites_owner
        return self.finding.label is self.case.label and missed


def load_cases(folder: Path, entries: Mapping[str, Entry]) -> dict[str, tuple[Case, ...]]:
    """The cases of each entry, from the `.yaml` files of a folder; none where it does not exist.

    Raises `DataError` naming file and entry where a case does not fit or names an entry that the set lacks.
    """
    cases: dict[str, tuple[Case, ...]] = {}
    for path in sorted(folder.glob("*.yaml")):
        for owner, rows in _mapping(path).items():
            if owner not in entries:
                raise DataError(f"{path}: {owner}: no such entry in the reference set")
            if owner in cases:
                raise DataError(f"{path}: {owner}: has cases in another file already")
            if not isinstance(rows, list):
                raise DataError(f"{path}: {owner}: expected a list of cases")
            cases[owner] = tuple(_case(path, owner, n, row, entries) for n, row in enumerate(rows, 1))
    return cases


def try_cases(cases: Mapping[str, Sequence[Case]], checker: FactChecker) -> list[Tried]:
    """Judge every case."""
    asked = [(owner, case) for owner, rows in cases.items() for case in rows]
    sentences = [Sentence(c.text, 0, len(c.text), before=c.before) for _, c in asked]
    found = checker.check_sentences(sentences)
    return [Tried(owner, case, finding) for (owner, case), finding in zip(asked, found, strict=True)]


def shares(tried: Sequence[Tried], by: Literal["entry", "role"]) -> dict[str, tuple[int, int]]:
    """How many cases are right, and how many there are, of each entry or role."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for t in tried:
        groups[t.owner if by == "entry" else t.case.role].append(t.right)
    return {key: (sum(right), len(right)) for key, right in sorted(groups.items())}


def _mapping(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise DataError(f"{where}: not valid YAML: {getattr(error, 'problem', error)}") from None
    if not isinstance(raw, dict):
        raise DataError(f"{path}: expected a mapping from entry ids to lists of cases")
    return raw


def _case(path: Path, owner: str, n: int, row: object, entries: Mapping[str, Entry]) -> Case:
    try:
        case = Case.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        raise DataError(f"{path}: {owner}: case {n}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    if case.entry is not None and case.entry not in entries:
        raise DataError(f"{path}: {owner}: case {n}: no entry {case.entry!r} in the reference set")
    return case
