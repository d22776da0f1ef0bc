"""What the commands share: exit codes, options, and where output goes."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO, TypeVar

import typer

from factcheck import __version__
from factcheck.domain import Label
from factcheck.reports import PAGE_FORMATS, Tool
from factcheck.reports.said import visible

if TYPE_CHECKING:
    from factcheck.check import FactChecker

T = TypeVar("T")


class ExitCode(IntEnum):
    """What a run came to; the first that applies, from FOUND on."""

    CLEAN = 0
    FOUND = 1  # something at or above --fail-on
    FAILED = 2  # bad usage, or a named source could not be read
    NOTHING = 3  # nothing could be checked
    CRASHED = 70  # a defect of factcheck; never to be mistaken for a finding
    INTERRUPTED = 130
    PIPE_CLOSED = 141


def label(value: str) -> Label:
    """A label by its name; a usage error where there is none."""
    try:
        return Label(value.strip().lower().replace(" ", "_"))
    except ValueError:
        known = ", ".join(label.value for label in Label)
        raise typer.BadParameter(f"{value!r} is not a label; use one of {known}") from None


def _formats(incomplete: str) -> list[str]:
    return [name for name in PAGE_FORMATS if name.startswith(incomplete)]


def _labels(incomplete: str) -> list[str]:
    return [label.value for label in Label if label.value.startswith(incomplete)]


PageFormat = Annotated[
    str,
    typer.Option(
        "--format", metavar="FORMAT", autocompletion=_formats, help=f"How to print: {', '.join(PAGE_FORMATS)}."
    ),
]
Model = Annotated[Path | None, typer.Option(metavar="DIR", help="Model to read with, instead of the shipped one.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help="Judge by what was true on this day (YYYY-MM-DD), not at the last review.",
    ),
]
AllowPrivate = Annotated[
    bool,
    typer.Option("--allow-private", help="Also fetch from addresses of this machine and of your own network."),
]
FailOn = Annotated[
    Label,
    typer.Option(
        parser=label,
        metavar="LABEL",
        autocompletion=_labels,
        help="Exit with 1 if a sentence has this label or a worse one.",
    ),
]


def exit_code(*, found: bool, failed: bool, checked: bool) -> ExitCode:
    """The first that applies."""
    if found:
        return ExitCode.FOUND
    if failed:
        return ExitCode.FAILED
    return ExitCode.CLEAN if checked else ExitCode.NOTHING


def load_checker(reference: list[Path] | None, model: Path | None, as_of: datetime | None) -> FactChecker:
    """The checker that the options ask for."""
    from factcheck.check import FactChecker

    return FactChecker.load(reference or (), model, as_of.date() if as_of else None)


def tool(checker: FactChecker, as_of: datetime | None) -> Tool:
    """What judges, for the reports."""
    day = as_of.date() if as_of else checker.reviewed
    return Tool(__version__, checker.model_name, checker.reference_digest, day)


def choose(formats: dict[str, T], name: str) -> T:
    """A format by its name; a usage error where there is none."""
    if name not in formats:
        raise typer.BadParameter(f"unknown format {name!r}; use one of {', '.join(formats)}", param_hint="--format")
    return formats[name]


def stdout(format_: str) -> TextIO:
    """Standard output, set so that no character of a page can make printing fail."""
    if format_ == "text":
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    else:
        # Half a surrogate pair, which JSON input may hold, comes out as the escape that JSON writes for it. The csv module
        # writes its own line ends.
        newline = "" if format_ == "csv" else None
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline=newline)  # type: ignore[union-attr]
    return sys.stdout


def say(message: str) -> None:
    """One line to the reader, apart from the findings."""
    sys.stderr.write(f"factcheck: {visible(message)}\n")
