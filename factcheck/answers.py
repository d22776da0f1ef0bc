"""The file of a labeler's answers: a line of training data each, on disk before the next sentence is shown."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from factcheck.border import DataError, TrainingRow
from factcheck.choose import Citation, Offer
from factcheck.domain import Label
from factcheck.training import read_rows

#: The reason given where the checker read a number, a date or the other drug, and the labeler agrees with it.
NUMBER = "a number, a date or the other drug settles it, not the grid"


class Answers:
    """The answers in a file, oldest first. What stands in it when it is opened is kept and added to."""

    def __init__(self, path: Path) -> None:
        """Read what there is. Raises `DataError` where a line does not fit, or the file cannot be read or written."""
        self.path = path
        self.rows: list[TrainingRow] = [row for _, row in read_rows(path)] if path.exists() else []
        try:
            with path.open("ab+") as file:
                self._size = file.seek(0, os.SEEK_END)
                if self._size:
                    file.seek(-1, os.SEEK_END)
                    if file.read(1) != b"\n":
                        self._size += file.write(b"\n")
        except OSError as error:
            raise _unwritable(path, error) from None

    @property
    def done(self) -> dict[tuple[str, str], TrainingRow]:
        """The answers by what they are about: text and context."""
        return {key(row): row for row in self.rows}

    def add(self, row: TrainingRow) -> None:
        """Write an answer, through to the disk. Raises `DataError` where that cannot be done."""
        data = f"{as_line(row)}\n".encode()
        self._unchanged()
        try:
            with self.path.open("ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from None
        self._size += len(data)
        self.rows.append(row)

    def undo(self) -> TrainingRow:
        """Take the last answer back, out of the file too. Raises `DataError` as `add` does."""
        self._unchanged()
        try:
            with self.path.open("rb+") as file:
                content = file.read().rstrip(b"\n")
                file.truncate(content.rfind(b"\n") + 1)
                self._size = file.seek(0, os.SEEK_END)
                os.fsync(file.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from None
        return self.rows.pop()

    def _unchanged(self) -> None:
        size = self.path.stat().st_size if self.path.exists() else -1
        if size != self._size:
            raise DataError(
                f"{self.path}: changed by another program meanwhile; start again to go on from what it holds"
            )


def answer(
    offer: Offer, label: Label, cited: Sequence[Citation], *, voice: str, day: date, why: str = ""
) -> TrainingRow:
    """A labeled sentence in the form that `train` takes."""
    text, before = offer.given.key
    return TrainingRow.model_validate(
        {
            "id": f"label-{hashlib.sha256(f'{text}{chr(0)}{before}'.encode()).hexdigest()[:12]}",
            "group": offer.given.group,
            "before": before or None,
            "text": text,
            "label": label,
            "claims": [{"entry": c.entry.id, "stance": c.stance, "strength": c.strength} for c in cited],
            "voice": voice,
            "date": day,
            "why": why,
        }
    )


def agreed(offer: Offer, label: Label) -> tuple[tuple[Citation, ...], str] | None:
    """The claims, and where they need it the reason, that the checker's reading gives for a label; None where it gives none."""
    if label in (Label.NO_CLAIM, Label.UNVERIFIED):
        return (), ""
    if offer.explains(label):
        return offer.cited, ""
    if offer.decision.label is label and offer.decision.reason == "number":
        return offer.cited, NUMBER
    return None


def key(row: TrainingRow) -> tuple[str, str]:
    """What a row is about: text and context."""
    return row.text, row.before or ""


def as_line(row: TrainingRow) -> str:
    """A row as a line of JSON, without an empty `why`."""
    fields = row.model_dump(mode="json", exclude={"why"} if not row.why else set())
    return json.dumps(fields, ensure_ascii=False)


def _unwritable(path: Path, error: OSError) -> DataError:
    return DataError(
        f"{path}: cannot be written ({(error.strerror or str(error)).lower()}); name another file with --to"
    )
