"""Commands that keep the reference set up to date: `reference add` and `reference stale`. Part of the command line."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from factcheck.domain import FactcheckError
from factcheck.keep import Reference, load_entries
from factcheck.paths import data_dir
from factcheck.reports.said import visible
from factcheck.shell import Model, say

if TYPE_CHECKING:
    from factcheck.curate import Desk, NewEntry
    from factcheck.domain import Sentence

_NEAREST: Final = 5


def add_entry(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Folder to write into; made if it does not exist.")],
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE|-", help="YAML of an entry with its cases; without it, you are asked."),
    ] = None,
    page: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE", help="Show which sentences of this page would change verdict. Repeatable."),
    ] = None,
    store: Annotated[Path | None, typer.Option(metavar="DB", help="The same for the store of an audit.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show all that, and write nothing.")] = False,
    reference: Reference = None,
    model: Model = None,
) -> None:
    """Add an entry: check it, show the nearest entries, judge its cases, and write both into a folder."""
    asking = file is None
    if asking and not _in_terminal():
        raise FactcheckError("reference add asks in a terminal; elsewhere give it a YAML file, or - for standard input")
    text = "" if file is None else _read(file)
    from factcheck.curate import Desk

    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    desk = Desk(data_dir(), reference or (), to)
    pages = _sentences(page or [], store)
    if asking:
        new = [_ask(desk)]
    else:
        new = desk.read(text, "standard input" if file == "-" else str(file))
        for entry in new:
            _show_nearest(desk, entry.claim, entry.id)
    written: list[Path] = []
    try:
        if asking:
            desk.check(new, "the answers")
        _try(desk, new, pages, store, model)
        if not dry_run and (not asking or _confirmed(to)):
            written = desk.write(new)
    finally:
        if not written and (asking or dry_run):  # nothing that was typed is lost
            _print(f"not written:\n{desk.as_yaml(new)}".rstrip())
    for path in written:
        _print(f"written: {path}")


def list_stale(
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], metavar="DATE", help="Day to reckon from, instead of today."),
    ] = None,
    review_days: Annotated[int, typer.Option(min=0, help="A review is old after this many days.")] = 365,
    source_years: Annotated[
        int, typer.Option(min=0, help="Evidence is old if its newest source is older than this many years.")
    ] = 5,
    reference: Reference = None,
) -> None:
    """List entries whose review or evidence is old; exit with 1 if there are any. Sources of established facts do not age."""
    from factcheck.curate import stale

    entries = load_entries(reference).entries
    day = on.date() if on else _today()
    found = stale(entries.values(), day, review_days, source_years)
    for item in found:
        _print(f"{item.entry.id}\t{item.entry.grade.value}\t{'; '.join(item.reasons)}")
    sys.stderr.write(f"factcheck: {len(found)} of {len(entries)} entries to look at again, as of {day}\n")
    raise typer.Exit(1 if found else 0)


def _in_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _ask(desk: Desk) -> NewEntry:
    from factcheck.asking import ask

    try:
        return ask(desk, _today(), lambda claim: _show_nearest(desk, claim, "this claim"))
    except typer.Abort:
        raise KeyboardInterrupt from None


def _try(desk: Desk, new: list[NewEntry], pages: list[Sentence], store: Path | None, model: Path | None) -> None:
    """Judge the cases of entries, and say which sentences of pages and of a store would change verdict."""
    from factcheck.curate import changes, tried_cases
    from factcheck.gather import stored

    sentences = [*pages, *(desk.concerned((g.sentence for g in stored(store)), new) if store else ())]
    with desk.trial(new, model) as (before, after):
        tried = tried_cases(new, after)
        changed = changes(sentences, before, after)
    _print(f"cases: {sum(t.right for t in tried)} of {len(tried)} right")
    for t in tried:
        if not t.right:
            cited = ", ".join(c.entry.id for c in t.finding.claims) or t.finding.reason
            _print(f"  {t.case.role} read as {t.finding.label.value} ({cited}): {t.case.text}")
    if pages or store:
        _print(f"sentences that change verdict: {len(changed)}")
        for c in changed:
            _print(f"  {c.before.label.value} -> {c.after.label.value}: {visible(c.sentence.text)}")


def _confirmed(folder: Path) -> bool:
    try:
        return typer.confirm(f"Write it into {folder}?", default=True, err=True)
    except typer.Abort:
        raise KeyboardInterrupt from None


def _show_nearest(desk: Desk, claim: str, name: str) -> None:
    from factcheck.search import search

    hits = [h for h in search(claim, list(desk.entries.values()), desk.reader, _NEAREST + 1) if h.entry.id != name]
    if name in desk.entries:
        _print(f"{name}: replaces the entry of that id: {desk.entries[name].claim}")
    _print(f"nearest to {name}:" if hits else f"nothing is near {name}")
    for hit in hits[:_NEAREST]:
        _print(f"{hit.score:6.2f}  {hit.entry.id} ({hit.entry.grade.value}): {hit.entry.claim}")


def _sentences(pages: list[str], store: Path | None) -> list[Sentence]:
    from factcheck.gather import gather, is_store

    if store and not is_store(str(store)):
        raise FactcheckError(
            f"{store}: not the store of an audit; make one with: factcheck audit SOURCE --store {store}"
        )
    return [g.sentence for source in pages for g in gather(source, say)]


def _read(name: str) -> str:
    from factcheck.border import read_text

    if name != "-":
        return read_text(Path(name))
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError:
        raise FactcheckError("standard input: not UTF-8 text") from None


def _today() -> date:
    return datetime.now().astimezone().date()


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
