"""Commands that read a finished audit: `report`, `sample` and `diff`. Part of the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from factcheck.domain import FactcheckError, Label
from factcheck.intervals import Share

if TYPE_CHECKING:
    from factcheck.sample import Prevalence


class By(str, Enum):
    """What a row of the table is."""

    SITE = "site"
    PAGE = "page"
    ENTRY = "entry"


class TableFormat(str, Enum):
    """How to write the table."""

    HTML = "html"
    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


class DiffFormat(str, Enum):
    """How to write what has changed."""

    TEXT = "text"
    JSON = "json"


_SUFFIXES = {
    ".html": TableFormat.HTML,
    ".htm": TableFormat.HTML,
    ".md": TableFormat.MARKDOWN,
    ".csv": TableFormat.CSV,
    ".json": TableFormat.JSON,
}
Store = Annotated[Path, typer.Argument(metavar="STORE", help="File that factcheck audit has filled.")]
Output = Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file, not to standard output.")]


def report(
    store: Store,
    by: Annotated[By, typer.Option(help="What a row is.")] = By.SITE,
    format_: Annotated[
        TableFormat | None,
        typer.Option("--format", help="How to write it; by default as the file's name says, or Markdown."),
    ] = None,
    output: Output = None,
    columns: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Columns of your own, as in data/audit_table.yaml.")
    ] = None,
) -> None:
    """Sum an audit up in a table: who claims what, who leaves what out, with intervals and sentences."""
    from factcheck.columns import load_columns
    from factcheck.paths import data_dir
    from factcheck.tables import TABLE_FORMATS, WITH_EVIDENCE
    from factcheck.tally import tally

    chosen = format_ or (_SUFFIXES.get(output.suffix.lower()) if output else None) or TableFormat.MARKDOWN
    wanted = load_columns(columns or data_dir() / "audit_table.yaml")
    table = tally(store, by.value, wanted, evidence=chosen.value in WITH_EVIDENCE)
    with _written(output, store) as out:
        TABLE_FORMATS[chosen.value](table, out)
    if table.by != "entry" and not table.counted:
        _talk(f"{store}: no page says anything that an entry of the reference set is about")
        raise typer.Exit(3)


def _labels(value: str) -> frozenset[Label]:
    try:
        return frozenset(Label(name.strip().lower().replace(" ", "_")) for name in value.split(",") if name.strip())
    except ValueError:
        known = ", ".join(label.value for label in Label)
        raise typer.BadParameter(f"{value!r} is no list of labels; use {known}", param_hint="--among") from None


def sample(
    store: Store,
    size: Annotated[int, typer.Option("-n", "--size", min=1, help="How many sentences to draw.")] = 100,
    seed: Annotated[int, typer.Option(help="Another number draws another sample.")] = 0,
    among: Annotated[
        str,
        typer.Option(
            metavar="LABELS", help="Draw only from what the tool has so labeled, say overstated,contradicted."
        ),
    ] = "",
    output: Output = None,
    answers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take the sample with its column label filled in.")
    ] = None,
    editor: Annotated[str, typer.Option(metavar="NAME", help="Whose answers they are; kept with them.")] = "",
) -> None:
    """Draw random sentences for a human to check; with --answers, keep the answers and sum them up."""
    from factcheck.sample import draw, take_answers
    from factcheck.tables.sheet import write_sample

    labels = _labels(among)
    if answers is not None:
        found = take_answers(store, answers, editor, labels)
        with _written(output, store) as out:
            _sum_up(found, labels, out)
        if found.empty:
            _talk(
                f"{answers}: {found.empty} rows without an answer; what they would say is not known, so answer them all"
            )
        return
    drawn = draw(store, size, seed, labels)
    if not drawn:
        _talk(f"{store}: no such sentences")
        raise typer.Exit(3)
    with _written(output, store) as out:
        write_sample(drawn, out)
    if len(drawn) < size:
        _talk(f"{store}: only {len(drawn)} such sentences")


def _sum_up(found: Prevalence, among: frozenset[Label], out: TextIO) -> None:
    what = " or ".join(label.value for label in Label if label in among)
    frame = f"sentences that the tool calls {what}" if what else "sentences"
    out.write(
        f"{found.answered:,} of {found.sentences:,} {frame} answered; intervals are 95 % Wilson score intervals.\n"
    )
    for label in reversed(Label):
        out.write(f"{label.value.replace('_', ' '):28}{_share(found.labels[label])}\n")
    out.write(f"{'overstated or contradicted':28}{_share(found.flagged, found.sentences)}\n")
    out.write(f"{'same as the tool':28}{_share(found.agree)}\n")
    out.write(f"{'flags that are right':28}{_share(found.confirmed)}\n")
    out.write(f"{found.changed} of the tool's verdicts overruled; they count in reports from now on.\n")


def _share(share: Share, total: int = 0) -> str:
    if share.value is None or share.low is None or share.high is None:
        return f"{'-':>11}"
    counts = f"{share.count} of {share.of}"
    text = f"{counts:>11} {share.value:6.1%} ({share.low:.1%} to {share.high:.1%})"
    return f"{text}, {share.low * total:,.0f} to {share.high * total:,.0f} of all" if total else text


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Store of the earlier audit.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Store of the later one.")],
    format_: Annotated[DiffFormat, typer.Option("--format", help="How to write it.")] = DiffFormat.TEXT,
    output: Output = None,
) -> None:
    """Compare two audits: claims added, removed and judged otherwise, by page. Exits with 1 if something got worse."""
    from factcheck.compare import compare
    from factcheck.tables.difference import write_json, write_text

    found = compare(old, new)
    writers = {DiffFormat.TEXT: write_text, DiffFormat.JSON: write_json}
    with _written(output, old, new) as out:
        writers[format_](found, out)
    if not found.same_judge:
        _talk(
            "the two audits were judged by different models or reference sets: a verdict may differ where the page does not"
        )
    for made, path in ((found.old, old), (found.new, new)):
        if made.unjudged or made.finished is None:
            _talk(f"{path}: the audit has not come to its end; run it again, or what it has not read counts as removed")
    raise typer.Exit(1 if found.worse else 0)


@contextmanager
def _written(path: Path | None, *stores: Path) -> Iterator[TextIO]:
    """Standard output, or a file that is replaced only when all has been written."""
    if path is None:
        # Line ends as written: the csv module has its own.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")  # type: ignore[union-attr]
        yield sys.stdout
        return
    if any(path.exists() and store.exists() and path.samefile(store) for store in stores):
        raise FactcheckError(f"{path}: is the store itself; choose another name")
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as out:
            yield out
        part.replace(path)
    except OSError as error:
        raise FactcheckError(f"{path}: cannot be written ({(error.strerror or str(error)).lower()})") from None
    finally:
        part.unlink(missing_ok=True)


def _talk(text: str) -> None:
    from factcheck.reports.said import visible

    sys.stderr.write(f"factcheck: {visible(text)}\n")


#: The commands, for the command line to register.
COMMANDS: tuple[Callable[..., None], ...] = (report, sample, diff)
