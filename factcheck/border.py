"""The border: what is read from YAML is checked here, and errors name file, line and row.

Inside, the pipeline works on the frozen values of `domain`; nothing past this module sees an unchecked mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from factcheck.domain import Disclosed, Entry, FactcheckError, Grade, Label, Quantity, Slots, Source, Stance, Strength
from factcheck.integrity import mismatch

#: A data file above this size is refused: the shipped ones are below 0.2 MB.
MAX_BYTES = 5_000_000
try:
    _Loader: Any = yaml.CSafeLoader
except AttributeError:  # PyYAML built without libyaml
    _Loader = yaml.SafeLoader


class DataError(FactcheckError):
    """A data file that cannot be used: the message names file, line, row and what is wrong."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class LexiconRow(_Strict):
    """A row of the lexicon: an id, its type, and the phrases that mention it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: str
    phrases: tuple[str, ...] = Field(min_length=1)
    is_a: tuple[str, ...] = ()
    case: str = ""
    miss: str = ""

    def merged(self, other: Self) -> Self:
        """This row with the phrases of another of the same id added."""
        return self.model_copy(update={"phrases": (*self.phrases, *other.phrases), "is_a": (*self.is_a, *other.is_a)})


class _Source(_Strict):
    title: str = Field(min_length=3)
    publisher: str = ""
    year: int | None = Field(default=None, ge=1900, le=2100)
    url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    identifier: str | None = None
    primary: bool = False


class _Quantity(_Strict):
    name: str
    low: float | None
    high: float | None
    unit: str


class _Slots(_Strict):
    require: tuple[tuple[str, ...], ...] = Field(min_length=1)
    without: tuple[str, ...] = ()
    negative: bool = False


class _Valid(_Strict):
    since: date | None = Field(default=None, alias="from")
    until: date | None = None


class ReferenceRow(_Strict):
    """An entry as it stands in `data/reference/*.yaml`."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)?$")
    topic: str
    drug: str
    claim: str = Field(min_length=8)
    truth: str = Field(min_length=8)
    grade: Grade
    licensed: str = Field(min_length=8)
    aliases: tuple[str, ...] = ()
    numbers: tuple[_Quantity, ...] = ()
    valid: _Valid = _Valid()
    jurisdiction: str = "US"
    rule: str = ""
    exclusive: bool = False
    slots: tuple[_Slots, ...] = Field(min_length=1)
    sources: tuple[_Source, ...] = Field(min_length=1)
    reviewed: date

    @field_validator("sources")
    @classmethod
    def _citable(cls, sources: tuple[_Source, ...]) -> tuple[_Source, ...]:
        if not any(s.url or s.identifier for s in sources):
            raise ValueError("no source has a url or an identifier")
        return sources

    def entry(self) -> Entry:
        """The row as the pipeline's value."""
        return Entry(
            id=self.id,
            topic=self.topic,
            drug=self.drug,
            claim=self.claim,
            truth=self.truth,
            grade=self.grade,
            licensed=self.licensed,
            slots=tuple(
                Slots(tuple(frozenset(g) for g in s.require), frozenset(s.without), s.negative) for s in self.slots
            ),
            sources=tuple(Source(**s.model_dump()) for s in self.sources),
            reviewed=self.reviewed,
            aliases=self.aliases,
            numbers=tuple(Quantity(**q.model_dump()) for q in self.numbers),
            valid_from=self.valid.since,
            valid_until=self.valid.until,
            jurisdiction=self.jurisdiction,
            rule=self.rule,
            exclusive=self.exclusive,
        )


class _TrainingClaim(_Strict):
    entry: str
    stance: Stance
    strength: Strength


class TrainingRow(_Strict):
    """A line of `data/training/*.jsonl`."""

    id: str
    group: str
    before: str | None = None
    text: str = Field(min_length=1)
    label: Label
    claims: tuple[_TrainingClaim, ...] = ()
    voice: str
    date: date
    why: str = ""


class DisclosureRule(_Strict):
    """A row of `data/disclosures/rules.yaml`: words of a clause, or a stance on entries, that disclose something."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    discloses: Disclosed
    require: tuple[tuple[str, ...], ...] = ()
    without: tuple[str, ...] = ()
    denied: Literal["no", "yes", "between", "either"] = "no"
    reach: Literal["clause", "sentence"] = "clause"
    ordered: bool = False
    entries: tuple[str, ...] = ()
    stance: Stance = Stance.ASSERTS
    case: str = Field(min_length=1)
    miss: str = Field(min_length=1)

    @model_validator(mode="after")
    def _either(self) -> Self:
        if bool(self.require) == bool(self.entries):
            raise ValueError("give either `require` or `entries`")
        return self


Row = TypeVar("Row", bound=BaseModel)


def load_yaml(path: Path, row: type[Row]) -> list[Row]:
    """The rows of a YAML list.

    Raises `DataError` where the file cannot be read, is not a list, or a row does not fit.
    """
    text = read_text(path)
    raw = parse_yaml(path, text)
    if not isinstance(raw, list):
        raise DataError(f"{path}: expected a list of rows")
    return check_rows(path, text, raw, row)


def parse_yaml(where: Path | str, text: str) -> object:
    """What a YAML text holds. Raises `DataError` naming `where` and the line where it is not valid."""
    try:
        if "*" in text and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, _Loader)):
            raise DataError(f"{where}: uses YAML aliases (*name), which are not read; write the value out")
        return yaml.load(text, _Loader)  # noqa: S506  (a safe loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = " ".join(str(getattr(error, "problem", None) or error).split())
        raise DataError(f"{where}{line}: not valid YAML: {problem}") from None
    except (ValueError, RecursionError) as error:  # a day like 2024-02-30, a number of thousands of digits
        raise DataError(f"{where}: not valid YAML: {error}") from None


def check_rows(where: Path | str, text: str, raw: Sequence[object], row: type[Row]) -> list[Row]:
    """The rows read from a YAML text, checked. Raises `DataError` naming `where`, line and row where one does not fit."""
    return [_row(where, text, n, item, row.model_validate) for n, item in enumerate(raw)]


def read_text(path: Path) -> str:
    """A data file's text. Raises `DataError` where it is missing, too large, not UTF-8, or not the file that was delivered.

    Its lines end as they do in the file, LF or CRLF: YAML, TOML, JSON and CSV are read alike with either.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path}: larger than {MAX_BYTES:,} bytes")
        content = path.read_bytes()
        wrong = mismatch(path, content)
        if wrong:
            raise DataError(f"{path}: {wrong}")
        return content.decode("utf-8")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: not UTF-8 text") from None


def _row(where: Path | str, text: str, n: int, item: object, validate: Callable[[object], Row]) -> Row:
    try:
        return validate(item)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        name = item.get("id", f"row {n + 1}") if isinstance(item, dict) else f"row {n + 1}"
        raise DataError(f"{where}:{_line(text, n)}: {str(name)[:80]}: {field}: {first['msg']}") from None


def _line(text: str, n: int) -> int:
    """Line on which the nth item of a YAML list starts (only computed for an error)."""
    node = yaml.compose(text, _Loader)
    return node.value[n].start_mark.line + 1 if isinstance(node, yaml.SequenceNode) and n < len(node.value) else 1
