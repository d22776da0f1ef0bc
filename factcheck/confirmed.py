"""`--confirmed FILE`: findings that a named editor reviewed and stands by, one YAML row each."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from factcheck.border import DataError, load_yaml
from factcheck.reports import Confirmation


class ConfirmedRow(BaseModel):
    """A row of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: str = Field(min_length=1)
    editor: str = Field(min_length=1)
    date: date
    url: str | None = Field(default=None, pattern=r"^https?://\S+$")


def read_confirmed(path: Path) -> dict[str, Confirmation]:
    """What editors confirmed, by the finding's id.

    Raises `DataError` where the file cannot be read, or a row lacks the editor or the date, or stands twice.
    """
    found: dict[str, Confirmation] = {}
    for row in load_yaml(path, ConfirmedRow):
        if row.id in found:
            raise DataError(f"{path}: {row.id}: is confirmed twice")
        found[row.id] = Confirmation(row.editor, row.date, row.url)
    return found
