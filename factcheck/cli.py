"""The command line. Each command parses, calls, prints and sets the exit code; the work is done elsewhere.

What takes long to import (spaCy, scikit-learn) is imported inside the commands, so that help and usage errors are instant.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from typer.core import TyperGroup

from factcheck import __version__
from factcheck.auditing import audit
from factcheck.curating import add_entry, list_stale
from factcheck.domain import FactcheckError, Label
from factcheck.gauge import evaluate
from factcheck.keep import Reference, model_app, reference_app, train
from factcheck.labeling import agree, label
from factcheck.lines import Given, given, read_lines
from factcheck.reporting import COMMANDS as REPORTING
from factcheck.reports import CHECK_FORMATS, Checked, View
from factcheck.scan import scan
from factcheck.shell import (
    AsOf,
    ExitCode,
    FailOn,
    Model,
    choose,
    exit_code,
    load_checker,
    say,
    stdout,
    tool,
)

__all__ = ["ExitCode", "app", "main"]


class _Commands(TyperGroup):
    """Turns what commands raise into one line on standard error and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except FactcheckError as error:
            say(str(error))
            code = ExitCode.FAILED
        except KeyboardInterrupt:
            say("interrupted")
            code = ExitCode.INTERRUPTED
        except BrokenPipeError:
            # The reader (`head`, say) has enough. What is still buffered goes nowhere, instead of into a second error.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = ExitCode.PIPE_CLOSED
        raise typer.Exit(code)


app = typer.Typer(
    cls=_Commands, add_completion=True, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except Exception:
        traceback.print_exc()
        say("this is a defect of factcheck, not of the page; please report it with the lines above")
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
    write = choose(CHECK_FORMATS, format_)
    if not sentences and input_ is None:
        raise typer.BadParameter("give a sentence in quotes, or --input FILE", param_hint="SENTENCE")
    asked = [given(text) for text in sentences or ()]
    if input_ is not None:
        asked += _read_input(input_)
    if not asked:
        say(f"{input_}: no sentences; write one a line")
        raise typer.Exit(ExitCode.NOTHING)
    checker = load_checker(reference, model, as_of)
    findings = checker.check_sentences([g.sentence for g in asked])
    results = [Checked(g.fields, f) for g, f in zip(asked, findings, strict=True)]
    write(results, stdout(format_), View(tool(checker, as_of)))
    found = any(f.label.severity >= fail_on.severity for f in findings)
    raise typer.Exit(exit_code(found=found, failed=False, checked=True))


app.command()(scan)
app.command()(audit)
for _command in REPORTING:
    app.command()(_command)
app.command()(train)
app.command()(evaluate)
app.command()(label)
app.command()(agree)
reference_app.command("add")(add_entry)
reference_app.command("stale")(list_stale)
app.add_typer(reference_app, name="reference")
app.add_typer(model_app, name="model")


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
