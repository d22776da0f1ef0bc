"""The columns of an audit's table, as data: which claims and which missing disclosures it counts (`data/audit_table.yaml`)."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from factcheck.border import DataError, load_yaml
from factcheck.domain import Stance, Strength


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Rule(_Strict):
    """Claims that count: about one of the entries and, where given, with this stance and strength."""

    entries: frozenset[str] = Field(min_length=1)
    stance: Stance | None = None
    strength: Strength | None = None

    def fits(self, entry: str, stance: str, strength: str) -> bool:
        """Whether a claim of the store counts."""
        return (
            entry in self.entries
            and self.stance in (None, Stance(stance))
            and self.strength in (None, Strength(strength))
        )


class Column(_Strict):
    """A column: sentences that claim something, or the lack of a disclosure."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=3)
    claims: tuple[Rule, ...] = ()
    disclosure: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if bool(self.claims) == bool(self.disclosure):
            raise ValueError("give either claims or a disclosure")
        return self

    @property
    def entries(self) -> frozenset[str]:
        """The entries that its rules name."""
        return frozenset().union(*(rule.entries for rule in self.claims))


def load_columns(path: Path) -> tuple[Column, ...]:
    """Read the columns. Raises `DataError` with file and row where one does not fit, or an id stands twice."""
    columns = tuple(load_yaml(path, Column))
    ids = [column.id for column in columns]
    for name in ids:
        if ids.count(name) > 1:
            raise DataError(f"{path}: {name}: stands twice; ids must differ")
    if not columns:
        raise DataError(f"{path}: no columns; write at least one")
    return columns
