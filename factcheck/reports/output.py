"""`--output [FORMAT:]FILE`: a report in a file, written when the run has ended."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from factcheck.domain import FactcheckError
from factcheck.reports import PAGE_FORMATS, SUFFIXES, PageWriter, View


@dataclass(frozen=True, slots=True)
class Output:
    """A file to be written in a format."""

    path: Path
    format: str
    _text: io.StringIO = field(default_factory=lambda: io.StringIO(newline=""))

    def open(self, view: View) -> PageWriter:
        """A writer that collects the report anew."""
        self._text.seek(0)
        self._text.truncate()
        return PAGE_FORMATS[self.format](self._text, view)

    def save(self) -> None:
        """Write the file.

        Raises:
            FactcheckError: The file cannot be written.
        """
        try:
            text = self._text.getvalue()
            newline = "" if self.format == "csv" else None  # the csv module writes its own line ends
            self.path.write_text(text, encoding="utf-8", errors="backslashreplace", newline=newline)
        except OSError as error:
            raise FactcheckError(f"{self.path}: cannot be written ({(error.strerror or str(error)).lower()})") from None


def parse_output(value: str, sources: Sequence[str]) -> Output:
    """Read the option's value before any page is scanned, so that a mistake shows at once.

    Raises:
        FactcheckError: The format is not known, the folder is missing, or the file is one of the sources.
    """
    name, colon, rest = value.partition(":")
    if colon and name in PAGE_FORMATS:
        path, format_ = Path(rest), name
    else:
        path = Path(value)
        format_ = SUFFIXES.get(path.suffix.lower(), "")
    if not format_:
        known = ", ".join(PAGE_FORMATS)
        raise FactcheckError(f"--output {value}: no known format; write FORMAT:FILE with one of {known}")
    if not path.name or path.is_dir() or not path.parent.is_dir():
        raise FactcheckError(f"--output {value}: not a file in a folder that exists; check the path")
    if any(path.exists() and Path(source).exists() and path.samefile(source) for source in sources):
        raise FactcheckError(f"--output {value}: is one of the sources; choose another name")
    return Output(path, format_)
