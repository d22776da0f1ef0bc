"""The table as a page to search, sort and click through: one file that asks for nothing.

The content security policy allows the one style sheet and the one script by their hashes, and nothing else. Jinja2 escapes every
value; the script only hides and moves rows that are there, so without it the page can still be read and followed.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Final, TextIO

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from factcheck.domain import FactcheckError, Label
from factcheck.evidence import MOST, Evidence
from factcheck.reports.said import visible, web_address
from factcheck.tables.words import UNITS, caption, cautions, interval, percent, said
from factcheck.tally import Row, Table

_TEMPLATES: Final = Path(__file__).parent / "templates"
#: Rows that a browser still sorts within a second or two, with their sentences.
_MOST_ROWS: Final = 20_000
#: Entries in the chart of entries.
_MOST_BARS: Final = 15
_LABELS: Final = [label.value for label in (Label.CONTRADICTED, Label.OVERSTATED, Label.UNVERIFIED, Label.SUPPORTED)]


def write(table: Table, out: TextIO) -> None:
    """`report --format html`. Raises `FactcheckError` where it has too many rows for a browser."""
    if len(table.rows) > _MOST_ROWS:
        raise FactcheckError(
            f"{len(table.rows):,} rows are too many for one HTML file (at most {_MOST_ROWS:,}); use --by site, or --format csv"
        )
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"visible": visible, "percent": percent, "link": web_address}
    style, script = ((_TEMPLATES / name).read_text(encoding="utf-8") for name in ("table.css", "table.js"))
    totals = {label: sum(row.labels.get(label, 0) for row in table.rows) for label in _LABELS}
    for part in environment.get_template("table.html.j2").generate(
        table=table,
        units=UNITS[table.by],
        caption=caption(table),
        cautions=cautions(table),
        totals=totals,
        bars=_bars(table),
        holding=[
            [(number, row.name) for number, row in enumerate(table.rows, 1) if row.counted and row.cells[n].holds]
            for n in range(len(table.columns))
        ],
        interval=interval,
        said=said,
        other=_other,
        most=MOST,
        style=Markup(style),  # noqa: S704  (our own file)
        script=Markup(script),  # noqa: S704
        style_hash=_digest(style),
        script_hash=_digest(script),
    ):
        out.write(part)
    out.write("\n")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _bars(table: Table) -> list[tuple[str, str, object]]:
    """Name, anchor and share of each bar of the chart."""
    if table.by == "entry":
        said_most = [(n, entry) for n, entry in enumerate(table.entries, 1) if entry.sites.count][:_MOST_BARS]
        return [(entry.claim, f"r{n}", entry.sites) for n, entry in said_most]
    return [(c.title, f"c-{c.id}", s) for c, s in zip(table.columns, table.shares, strict=True) if s.of]


def _other(row: Row) -> tuple[Evidence, ...]:
    """The findings that no column shows."""
    shown = {(e.text, e.context) for cell in row.cells for e in cell.evidence}
    return tuple(e for e in row.findings if (e.text, e.context) not in shown)
