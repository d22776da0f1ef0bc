"""The command line. Each command parses, calls, prints and sets the exit code; the work is done elsewhere.

What takes long to import (spaCy, scikit-learn) is imported inside the commands, so that help and usage errors are instant.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, TextIO, TypeVar

import typer
from typer.core import TyperGroup

from factcheck import __version__
from factcheck.curating import add_entry, list_stale
from factcheck.domain import FactcheckError, Label, Page, Report
from factcheck.gauge import evaluate
from factcheck.keep import Reference, model_app, reference_app, train
from factcheck.labeling import agree, label
from factcheck.lines import Given, given, read_lines
from factcheck.load import load
from factcheck.reports import CHECK_FORMATS, PAGE_FORMATS, Checked, Tool, View
from factcheck.reports.output import parse_output
from factcheck.reports.text import visible

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


class _Commands(TyperGroup):
    """Turns what commands raise into one line on standard error and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except FactcheckError as error:
            _say(str(error))
            code = ExitCode.FAILED
        except KeyboardInterrupt:
            _say("interrupted")
            code = ExitCode.INTERRUPTED
        except BrokenPipeError:
            # The reader (`head`, say) has enough. What is still buffered goes nowhere, instead of into a second error.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = ExitCode.PIPE_CLOSED
        raise typer.Exit(code)


app = typer.Typer(
    cls=_Commands, add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except Exception:
        traceback.print_exc()
        _say("this is a defect of factcheck, not of the page; please report it with the lines above")
        sys.exit(ExitCode.CRASHED)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"factcheck {__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Check the claims on health-marketing pages against cited evidence."""


def _label(value: str) -> Label:
    try:
        return Label(value.strip().lower().replace(" ", "_"))
    except ValueError:
        known = ", ".join(label.value for label in Label)
        raise typer.BadParameter(f"{value!r} is not a label; use one of {known}") from None


Model = Annotated[Path | None, typer.Option(metavar="DIR", help="Model to read with, instead of the shipped one.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help="Judge by what was true on this day (YYYY-MM-DD), not at the last review.",
    ),
]
FailOn = Annotated[
    Label, typer.Option(parser=_label, metavar="LABEL", help="Exit with 1 if a sentence has this label or a worse one.")
]


@app.command()
def scan(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE", help="Page: .html, .txt or .md file, folder, URL, or - for standard input."),
    ],
    format_: Annotated[str, typer.Option("--format", metavar="|".join(PAGE_FORMATS), help="How to print.")] = "text",
    show: Annotated[
        str, typer.Option(metavar="LABELS", help="Also show sentences with these labels, say supported,unverified.")
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Show every sentence.")] = False,
    output: Annotated[
        list[str] | None, typer.Option(metavar="[FORMAT:]FILE", help="Also write the report to this file. Repeatable.")
    ] = None,
    reference: Reference = None,
    model: Model = None,
    as_of: AsOf = None,
    fail_on: FailOn = Label.CONTRADICTED,
) -> None:
    """Check pages: find each claim on them and say what the evidence makes of it."""
    open_writer = _choose(PAGE_FORMATS, format_)
    labels = frozenset(_label(name) for name in show.split(",") if name.strip())
    outputs = [parse_output(given, sources) for given in output or ()]
    checker = _load_checker(reference, model, as_of)
    tool = _tool(checker, as_of)
    writers = [open_writer(_stdout(format_), View(tool, labels, every, list_skipped=False))]
    writers += [o.open(View(tool, labels, every)) for o in outputs]
    found = checked = unreadable = False
    for report in _reports(sources, checker):
        if report.skipped:
            _say(f"{report.skipped.source}: {report.skipped.reason}")
            unreadable |= report.skipped.unreadable
        else:
            checked = True
            found |= any(s.label.severity >= fail_on.severity for s in report.sentences)
        for writer in writers:
            writer.page(report)
    for writer in writers:
        writer.close()
    for o in outputs:
        o.save()
    raise typer.Exit(_exit_code(found=found, failed=unreadable, checked=checked))


@app.command()
def check(
    sentences: Annotated[list[str] | None, typer.Argument(metavar="SENTENCE", help="Sentences to check.")] = None,
    input_: Annotated[
        str | None,
        typer.Option(
            "--input",
            metavar="FILE|-",
            help="Check the sentences in a file, one a line: plain, or JSON with text and before.",
        ),
    ] = None,
    format_: Annotated[str, typer.Option("--format", metavar="|".join(CHECK_FORMATS), help="How to print.")] = "text",
    reference: Reference = None,
    model: Model = None,
    as_of: AsOf = None,
    fail_on: FailOn = Label.CONTRADICTED,
) -> None:
    """Check single sentences."""
    write = _choose(CHECK_FORMATS, format_)
    if not sentences and input_ is None:
        raise typer.BadParameter("give a sentence in quotes, or --input FILE", param_hint="SENTENCE")
    asked = [given(text) for text in sentences or ()]
    if input_ is not None:
        asked += _read_input(input_)
    if not asked:
        _say(f"{input_}: no sentences; write one a line")
        raise typer.Exit(ExitCode.NOTHING)
    checker = _load_checker(reference, model, as_of)
    findings = checker.check_sentences([g.sentence for g in asked])
    results = [Checked(g.fields, f) for g, f in zip(asked, findings, strict=True)]
    write(results, _stdout(format_), View(_tool(checker, as_of)))
    found = any(f.label.severity >= fail_on.severity for f in findings)
    raise typer.Exit(_exit_code(found=found, failed=False, checked=True))


app.command()(train)
app.command()(evaluate)
app.command()(label)
app.command()(agree)
reference_app.command("add")(add_entry)
reference_app.command("stale")(list_stale)
app.add_typer(reference_app, name="reference")
app.add_typer(model_app, name="model")


def _exit_code(*, found: bool, failed: bool, checked: bool) -> ExitCode:
    if found:
        return ExitCode.FOUND
    if failed:
        return ExitCode.FAILED
    return ExitCode.CLEAN if checked else ExitCode.NOTHING


def _reports(sources: list[str], checker: FactChecker) -> Iterator[Report]:
    for source in sources:
        for item in load(source):
            if isinstance(item, Page):
                yield checker.check_page(item)
            else:
                yield Report(item.source, "", "", skipped=item)


def _read_input(name: str) -> list[Given]:
    with _opened(name) as file:
        return read_lines(file, name)


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(name).open("rb") as file:
            yield file
    except OSError as error:
        raise FactcheckError(
            f"{name}: cannot be read ({(error.strerror or str(error)).lower()}); check the path"
        ) from None


def _load_checker(reference: list[Path] | None, model: Path | None, as_of: datetime | None) -> FactChecker:
    from factcheck.check import FactChecker

    return FactChecker.load(reference or (), model, as_of.date() if as_of else None)


def _tool(checker: FactChecker, as_of: datetime | None) -> Tool:
    day = as_of.date() if as_of else checker.reviewed
    return Tool(__version__, checker.model_name, checker.reference_digest, day)


def _choose(formats: dict[str, T], name: str) -> T:
    if name not in formats:
        raise typer.BadParameter(f"unknown format {name!r}; use one of {', '.join(formats)}", param_hint="--format")
    return formats[name]


def _stdout(format_: str) -> TextIO:
    """Standard output, set so that no character of a page can make printing fail."""
    if format_ == "text":
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    else:
        # Half a surrogate pair, which JSON input may hold, comes out as the escape that JSON writes for it.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    return sys.stdout


def _say(message: str) -> None:
    """One line to the reader, apart from the findings."""
    sys.stderr.write(f"factcheck: {visible(message)}\n")
