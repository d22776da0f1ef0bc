"""The command `audit`: many pages into a store. Part of the command line."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from factcheck.keep import Reference
from factcheck.shell import AllowPrivate

if TYPE_CHECKING:
    from factcheck.plan import Progress


class Backend(str, Enum):
    """What runs the workers."""

    LOKY = "loky"
    DASK = "dask"


class Export(str, Enum):
    """What a store can be exported to."""

    PARQUET = "parquet"


def audit(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE", help="Folder of HTML, WARC or WACZ file, text file of addresses, sitemap, address."
        ),
    ] = None,
    store: Annotated[
        Path, typer.Option(metavar="FILE", help="SQLite file for the results; made, or gone on with.")
    ] = ...,  # type: ignore[assignment]
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; one for each core if not given.")] = None,
    backend: Annotated[Backend, typer.Option(help="What runs them.")] = Backend.LOKY,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Use the Dask cluster of this scheduler.")
    ] = None,
    keep_pages: Annotated[bool, typer.Option("--keep-pages", help="Keep each page's bytes in the store.")] = False,
    delay: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="Pause between two requests to a host.")
    ] = 1.0,
    allow_private: AllowPrivate = False,
    export: Annotated[Export | None, typer.Option(help="Also write the tables to the folder STORE.parquet.")] = None,
    reference: Reference = None,
    model: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Model to read with, instead of the shipped one.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Judge by what was true on this day (YYYY-MM-DD)."),
    ] = None,
) -> None:
    """Check many pages into a store. Run it again to go on, or to do what has changed."""
    from factcheck.audit import audit as run
    from factcheck.identity import Settings
    from factcheck.plan import Plan
    from factcheck.progress import watching

    if not sources and not store.exists():
        raise typer.BadParameter("name a folder, an archive or an address to audit", param_hint="SOURCE")
    settings = Settings(tuple(reference or ()), model, as_of.date() if as_of else None)
    plan = Plan(
        tuple(sources or ()),
        store,
        settings,
        jobs,
        backend is Backend.DASK,
        scheduler,
        keep_pages,
        delay,
        allow_private=allow_private,
    )
    with watching(sys.stderr) as watch:
        progress = run(plan, watch)
    _report(progress, store)
    if export is Export.PARQUET:
        from factcheck.parquet import export_parquet

        folder = export_parquet(store)
        _talk(f"{folder}: tables as Parquet")
    raise typer.Exit(_exit_code(progress, asked=bool(sources)))


def _report(progress: Progress, store: Path) -> None:
    counts = progress.counts
    for skipped in progress.unreadable_sources[:20]:
        _talk(f"{skipped.source}: {skipped.reason}")
    if len(progress.unreadable_sources) > 20:
        _talk(f"and {len(progress.unreadable_sources) - 20} more; see the column skipped of the table pages")
    _talk(
        f"{store}: {counts.pages} pages: {counts.pages_extracted} extracted, {counts.pages_unchanged} unchanged, "
        f"{counts.pages_unreadable} unreadable"
    )
    _talk(
        f"{store}: {counts.sentences_judged} sentences judged, {counts.sentences_rejudged} judged anew, "
        f"{progress.flagged} of them overstated or contradicted"
    )


def _exit_code(progress: Progress, *, asked: bool) -> int:
    """As of every command: 2 a named source that could not be read, 3 nothing could be checked, else 0."""
    if progress.unreadable_sources:
        return 2
    counts = progress.counts
    return 3 if asked and counts.pages == counts.pages_unreadable else 0


def _talk(text: str) -> None:
    from factcheck.reports.said import visible

    sys.stderr.write(f"factcheck: {visible(text)}\n")
