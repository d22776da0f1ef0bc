"""The tables of an audit: what each site, page or reference entry comes to, every number with the sentences behind it.

An editor's overrule counts in place of the tool's verdict. A sentence counts once a site, on however many of its pages it stands.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from factcheck.columns import Column
from factcheck.evidence import MOST, Evidence, disclosing, evidence_of, hit, label_sentences
from factcheck.intervals import Share, share
from factcheck.reading import FLAGGED, Made, made, reading

# A claim that counts: flagged itself, in a sentence that is flagged in the end; where an editor flagged the sentence, whatever
# the tool made of the claim.
_CLAIMS: Final = (
    "SELECT claims.sentence_id, entry_id, stance, claims.strength FROM claims JOIN temp.said USING (sentence_id)"  # noqa: S608
    f" WHERE said.label IN {FLAGGED} AND (claims.label IN {FLAGGED} OR said.editor IS NOT NULL) AND stance != 'mentions'"
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row comes to in a column.

    Attributes:
        holds: Whether it claims, or fails to mention, what the column says; None: not read.
        count: Sentences that claim it; of a disclosure, sentences that make it, first ones of each page.
        evidence: These sentences, at most `MOST`; empty where they were not asked for.
    """

    holds: bool | None
    count: int
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A site or page. `cells` stand in the order of the columns.

    Attributes:
        pages: Pages that were read. unread: Pages that were not, and `reason` why (of one of them).
        counted: Whether it is in the shares: it makes a claim that a reference entry is about.
        labels: Its sentences with a claim, each counted once, by label. overruled: Those with an editor's verdict that differs.
        findings: The flagged sentences, at most `MOST`. urls: Addresses of pages read, at most `MOST`.
    """

    name: str
    pages: int
    unread: int
    reason: str
    counted: bool
    labels: dict[str, int]
    overruled: int
    cells: tuple[Cell, ...]
    findings: tuple[Evidence, ...] = ()
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A reference entry: how many sentences say what about it, on how many pages, and on what share of the sites."""

    id: str
    claim: str
    truth: str
    grade: str
    sources: tuple[dict[str, Any], ...]
    overstated: int
    contradicted: int
    pages: int
    sites: Share
    findings: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table by site or page (`rows`) or by entry (`entries`), with the shares of counted rows for which a column holds."""

    by: str
    made: Made
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    shares: tuple[Share, ...] = ()
    entries: tuple[EntryRow, ...] = ()
    sites: int = 0
    pages: int = 0

    @property
    def counted(self) -> int:
        """Rows in the shares."""
        return sum(row.counted for row in self.rows)


def tally(path: Path, by: str, columns: Sequence[Column], *, evidence: bool = True) -> Table:
    """Count a store by `site`, `page` or `entry`.

    Raises `StoreError` where the file is no store, or no audit has run.
    """
    with reading(path) as db:
        facts = made(db, path)
        label_sentences(db)
        sites, pages = db.execute("SELECT COUNT(DISTINCT site_id), COUNT(*) FROM pages").fetchone()
        if by == "entry":
            entries = _entries(db, evidence)
            return Table(by, facts, entries=entries, sites=sites, pages=pages)
        rows = _rows(db, "pages.id" if by == "page" else "pages.site_id", columns, evidence)
        counted = [row for row in rows if row.counted]
        shares = tuple(_share(n, counted) for n in range(len(columns)))
        return Table(by, facts, tuple(columns), rows, shares, sites=sites, pages=pages)


def _share(column: int, rows: Sequence[Row]) -> Share:
    known = [row.cells[column].holds for row in rows if row.cells[column].holds is not None]
    return share(sum(map(bool, known)), len(known))


# -- by site and page ----------------------------------------------------------------------------------------------------


def _rows(db: sqlite3.Connection, unit: str, columns: Sequence[Column], evidence: bool) -> tuple[Row, ...]:
    claimed = db.execute(_CLAIMS).fetchall()
    for column in columns:
        hit(db, ((column.id, s) for s, *claim in claimed if any(rule.fits(*claim) for rule in column.claims)))
    # Under the empty name, all that is flagged.
    hit(db, db.execute(f"SELECT '', sentence_id FROM temp.said WHERE label IN {FLAGGED}").fetchall())  # noqa: S608
    counts = _counts(db, unit)
    labels, known, overruled = _labels(db, unit)
    disclosed = _disclosed(db, unit)
    behind = evidence_of(db, unit) if evidence else {}
    makers = disclosing(db, unit) if evidence else {}
    urls = _urls(db, unit) if evidence else {}
    found = []
    name = "pages.url" if unit == "pages.id" else "sites.name"
    for key, title, pages, unread, reason in db.execute(
        f"SELECT {unit}, {name}, SUM(pages.skipped IS NULL), SUM(pages.skipped IS NOT NULL), MAX(pages.skipped)"  # noqa: S608
        f" FROM pages JOIN sites ON sites.id = site_id GROUP BY {unit} ORDER BY {name}"
    ):
        cells = []
        for column in columns:
            if column.disclosure is None:
                count = counts.get((key, column.id), 0)
                cells.append(Cell(count > 0 if pages else None, count, behind.get((key, column.id), ())))
            else:
                asked, present = disclosed.get((key, column.disclosure), (0, 0))
                # Where some page was not asked, only a disclosure that was found settles it.
                holds = False if present else True if pages and asked >= pages else None
                cells.append(Cell(holds, present, makers.get((key, column.disclosure), ())))
        found.append(
            Row(
                title,
                pages,
                unread,
                reason or "",
                known.get(key, 0) > 0,
                labels.get(key, {}),
                overruled.get(key, 0),
                tuple(cells),
                behind.get((key, ""), ()),
                urls.get(key, ()),
            )
        )
    return tuple(found)


def _counts(db: sqlite3.Connection, unit: str) -> dict[tuple[int, str], int]:
    """How many different sentences of each column a unit has."""
    return {
        (key, column): count
        for column, key, count in db.execute(
            f'SELECT "column", {unit}, COUNT(DISTINCT sentence_id) FROM temp.hits JOIN occurrences USING (sentence_id)'  # noqa: S608
            f' JOIN pages USING (document_id) GROUP BY "column", {unit}'
        )
    }


def _labels(db: sqlite3.Connection, unit: str) -> tuple[dict[int, dict[str, int]], dict[int, int], dict[int, int]]:
    """Different sentences of each unit: by label; those about something that an entry is about; those overruled."""
    labels: dict[int, dict[str, int]] = defaultdict(dict)
    known: dict[int, int] = defaultdict(int)
    overruled: dict[int, int] = defaultdict(int)
    for key, label, count, about, other in db.execute(
        f"SELECT unit, label, COUNT(*), SUM(label != 'unverified' OR known), SUM(label != judged) FROM"  # noqa: S608
        f" (SELECT DISTINCT {unit} AS unit, sentence_id, label, judged, known FROM temp.said"
        " JOIN occurrences USING (sentence_id) JOIN pages USING (document_id)) GROUP BY unit, label"
    ):
        overruled[key] += other
        if label != "no_claim":
            labels[key][label] = count
            known[key] += about
    return labels, known, overruled


def _disclosed(db: sqlite3.Connection, unit: str) -> dict[tuple[int, str], tuple[int, int]]:
    """Of each unit and disclosure: pages that were asked, and different sentences that make it."""
    return {
        (key, disclosure): (asked, present)
        for key, disclosure, asked, present in db.execute(
            f"SELECT {unit}, disclosure, COUNT(*), COUNT(DISTINCT CASE WHEN present THEN COALESCE(sentence_id, document_id) END)"  # noqa: S608
            f" FROM disclosures JOIN pages USING (document_id) WHERE skipped IS NULL GROUP BY {unit}, disclosure"
        )
    }


def _urls(db: sqlite3.Connection, unit: str) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key, url in db.execute(f"SELECT {unit}, url FROM pages WHERE skipped IS NULL ORDER BY url"):  # noqa: S608
        if len(found[key]) < MOST:
            found[key].append(url)
    return {key: tuple(urls) for key, urls in found.items()}


# -- by entry ------------------------------------------------------------------------------------------------------------


def _entries(db: sqlite3.Connection, evidence: bool) -> tuple[EntryRow, ...]:
    claimed = db.execute(_CLAIMS).fetchall()
    hit(db, ((entry, sentence) for sentence, entry, *_ in claimed))
    labels = {
        (entry, label): count
        for entry, label, count in db.execute(
            'SELECT "column", label, COUNT(*) FROM temp.hits JOIN temp.said USING (sentence_id)'
            " WHERE sentence_id IN (SELECT sentence_id FROM occurrences) GROUP BY 1, 2"
        )
    }
    spread = {
        entry: (pages, sites)
        for entry, pages, sites in db.execute(
            'SELECT "column", COUNT(DISTINCT pages.id), COUNT(DISTINCT site_id) FROM temp.hits'
            " JOIN occurrences USING (sentence_id) JOIN pages USING (document_id) GROUP BY 1"
        )
    }
    counted = len([key for key, about in _labels(db, "pages.site_id")[1].items() if about])
    behind = evidence_of(db, "0") if evidence else {}
    rows = []
    for name, claim, truth, grade, sources in db.execute(
        "SELECT id, claim, truth, grade, sources FROM entries ORDER BY id"
    ):
        pages, sites = spread.get(name, (0, 0))
        rows.append(
            EntryRow(
                name,
                claim,
                truth,
                grade,
                tuple(json.loads(sources)),
                labels.get((name, "overstated"), 0),
                labels.get((name, "contradicted"), 0),
                pages,
                share(sites, counted),
                behind.get((0, name), ()),
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.sites.count, -row.pages, row.id)))
