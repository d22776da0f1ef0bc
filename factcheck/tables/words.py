"""What the formats for people have in common: how shares and cells read."""

from __future__ import annotations

from factcheck.intervals import Share
from factcheck.tally import Cell, Table

#: What the shares are shares of.
UNITS = {"site": "sites", "page": "pages", "entry": "sites"}


def percent(value: float | None) -> str:
    """A proportion as a percentage with one decimal."""
    return "" if value is None else f"{100 * value:.1f}%"


def interval(share: Share) -> str:
    """The bounds in percent."""
    return "" if share.low is None or share.high is None else f"{100 * share.low:.1f}–{100 * share.high:.1f}%"


def said(cell: Cell, disclosure: bool) -> str:
    """A cell in words: how many sentences claim it, or whether it is mentioned."""
    if cell.holds is None:
        return "not read"
    if not disclosure:
        return str(cell.count)
    return "not mentioned" if cell.holds else "mentioned"


def caption(table: Table) -> str:
    """What was audited, and by what."""
    made = table.made
    return (
        f"{table.pages:,} pages of {table.sites:,} sites in {made.store}, judged as of {made.as_of} by reference set"
        f" {made.reference} and model {made.model} (factcheck {made.tool}, audit of {made.started[:10]})."
    )


def cautions(table: Table) -> list[str]:
    """What a reader has to know about this table before using it."""
    found = []
    if table.made.finished is None:
        found.append("The last audit has not come to its end: the numbers are of what it had read.")
    if table.made.unjudged:
        found.append(f"{table.made.unjudged:,} sentences have no verdict of the last audit yet: run it again.")
    if table.rows:
        left = len(table.rows) - table.counted
        if left:
            found.append(
                f"Left out of the shares: {left:,} of {len(table.rows):,} {UNITS[table.by]}, on which nothing was found that an"
                " entry of the reference set is about."
            )
        blank = [column.title for column, share in zip(table.columns, table.shares, strict=True) if not share.of]
        if blank and table.counted:
            found.append(f"Not read in this store: {'; '.join(blank)}.")
    overruled = sum(row.overruled for row in table.rows)
    if overruled:
        found.append(f"An editor's verdict that differs from the tool's counts in its place, {overruled:,} times.")
    return found
