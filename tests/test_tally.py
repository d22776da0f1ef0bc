"""The tables of an audit: what counts in which cell, and with which sentences behind it."""

from __future__ import annotations

from pathlib import Path

import pytest
from audited import APPROVED, BOLD, FAIR, GUARANTEED, HARMLESS, HELLO, Said, document, fill

from factcheck.border import DataError
from factcheck.columns import Column, load_columns
from factcheck.database import StoreError
from factcheck.intervals import share
from factcheck.keep import load_entries
from factcheck.overrules import Overrule, keep_overrules
from factcheck.paths import data_dir
from factcheck.schema import row_id
from factcheck.store import Store
from factcheck.tally import Row, Table, tally

COLUMNS = load_columns(data_dir() / "audit_table.yaml")
SITES: dict[str, dict[str, list[Said] | str]] = {
    "a.com": {
        "http://a.com/": [APPROVED, HARMLESS, HELLO],
        "http://a.com/2": [HARMLESS, FAIR],
        "http://a.com/3": "no text",
    },
    "b.com": {"http://b.com/": [GUARANTEED, BOLD]},
    "c.com": {"http://c.com/": [HELLO]},
    "d.com": {"http://d.com/": "cannot be read (timed out)"},
}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return fill(tmp_path / "audit.db", SITES)


def cells(row: Row) -> str:
    return "".join("?" if c.holds is None else "1" if c.holds else "0" for c in row.cells)


def by_name(table: Table) -> dict[str, Row]:
    return {row.name: row for row in table.rows}


def test_the_shipped_columns_are_about_entries_that_there_are() -> None:
    assert [c.id for c in COLUMNS] == "fda_approval non_addictive cure off_label risks abuse".split()
    entries = load_entries(None).entries
    for column in COLUMNS:
        assert column.entries <= entries.keys(), column.entries - entries.keys()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {id: a, title: Both, disclosure: x, claims: [{entries: [e]}]}", "either claims or a disclosure"),
        ("- {id: a, title: None}", "either claims or a disclosure"),
        ("- {id: a, title: One, disclosure: x}\n- {id: a, title: Two, disclosure: x}", "stands twice"),
        ("- {id: a, title: One, claims: [{entries: [e], stance: shouts}]}", "asserts"),
        ("[]", "no columns"),
    ],
)
def test_columns_that_do_not_fit_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "columns.yaml"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        load_columns(path)


def test_a_site_by_its_claims_and_disclosures(store: Path) -> None:
    rows = by_name(tally(store, "site", COLUMNS))
    assert {name: cells(row) for name, row in rows.items()} == {
        "a.com": "110010",  # off-label and abuse are mentioned on its second page only
        "b.com": "001111",
        "c.com": "000111",
        "d.com": "??????",
    }
    a = rows["a.com"]
    assert (a.pages, a.unread, a.reason) == (2, 1, "no text")
    assert a.labels == {"contradicted": 2, "supported": 1}
    harmless = a.cells[1]
    assert harmless.count == 1  # on two pages, and one sentence
    (found,) = harmless.evidence
    assert (found.text, found.url, found.pages) == (HARMLESS.text, "http://a.com/", 2)
    assert (found.entries, found.explanation) == (("abuse-potential",), f"Because of {HARMLESS.text}")
    assert [e.text for e in a.cells[3].evidence] == [FAIR.text]
    assert a.urls == ("http://a.com/", "http://a.com/2")
    # An absolute benefit is a guarantee, a flat one is not; both are findings.
    assert [e.text for e in rows["b.com"].cells[2].evidence] == [GUARANTEED.text]
    assert {e.text for e in rows["b.com"].findings} == {GUARANTEED.text, BOLD.text}


def test_shares_are_of_sites_that_make_a_claim(store: Path) -> None:
    table = tally(store, "site", COLUMNS, evidence=False)
    assert {row.name for row in table.rows if row.counted} == {"a.com", "b.com"}
    assert [(s.count, s.of) for s in table.shares] == [(1, 2), (1, 2), (1, 2), (1, 2), (2, 2), (1, 2)]
    assert (table.sites, table.pages) == (4, 6)
    assert all(not row.findings and not row.urls for row in table.rows)


def test_a_page_is_a_row_of_its_own(store: Path) -> None:
    rows = by_name(tally(store, "page", COLUMNS))
    assert cells(rows["http://a.com/"]) == "110111"
    assert cells(rows["http://a.com/2"]) == "010010"
    assert cells(rows["http://a.com/3"]) == "??????"


def test_disclosures_that_were_not_read_are_not_missing(tmp_path: Path) -> None:
    store = fill(tmp_path / "audit.db", SITES, asked=False)
    table = tally(store, "site", COLUMNS)
    assert cells(by_name(table)["a.com"]) == "110???"
    assert [s.of for s in table.shares] == [2, 2, 2, 0, 0, 0]
    fill(store, SITES)
    assert cells(by_name(tally(store, "site", COLUMNS))["a.com"]) == "110010"
    # One page asked of two, as where an audit is stopped that has read a page anew: what the other one makes is known, what
    # it lacks is not.
    with Store.open(store) as opened:
        opened.put_document(document("http://a.com/", [APPROVED, HARMLESS, HELLO]), "e")
    assert cells(by_name(tally(store, "site", COLUMNS))["a.com"]) == "1100?0"


def test_an_entry_with_the_sites_that_get_it_wrong(store: Path) -> None:
    table = tally(store, "entry", COLUMNS)
    rows = {row.id: row for row in table.entries}
    ptsd, abuse = rows["ptsd"], rows["abuse-potential"]
    assert (ptsd.overstated, ptsd.contradicted, ptsd.pages, ptsd.sites.count, ptsd.sites.of) == (2, 0, 1, 1, 2)
    assert (abuse.contradicted, abuse.pages, abuse.sites.count) == (1, 2, 1)  # FAIR supports it
    assert [e.text for e in abuse.findings] == [HARMLESS.text]
    assert abuse.claim == "Claim of abuse-potential."


def overrule(store: Path, said: Said, label: str) -> None:
    keep_overrules(
        store, [Overrule(row_id(said.text, said.context), said.text, said.context, label, "Kim", "why", "now")]
    )


def test_an_editors_verdict_counts_in_place_of_the_tools(store: Path) -> None:
    overrule(store, HARMLESS, "no_claim")
    row = by_name(tally(store, "site", COLUMNS))["a.com"]
    assert cells(row) == "100010"
    assert (row.labels, row.overruled) == ({"contradicted": 1, "supported": 1}, 1)
    overrule(store, HELLO, "contradicted")
    row = by_name(tally(store, "site", COLUMNS))["a.com"]
    found = next(e for e in row.findings if e.text == HELLO.text)
    assert (found.label, found.judged, found.editor, found.note) == ("contradicted", "no_claim", "Kim", "why")
    # A sentence that the tool supported, flagged by an editor, counts where its claim fits the column.
    unsaid = Said("It is approved, they say.", "supported", ((*APPROVED.claims[0][:3], "supported"),))
    fill(store, {"e.com": {"http://e.com/": [unsaid]}})
    assert cells(by_name(tally(store, "site", COLUMNS))["e.com"])[0] == "0"
    overrule(store, unsaid, "contradicted")
    assert cells(by_name(tally(store, "site", COLUMNS))["e.com"])[0] == "1"


def test_mentions_and_other_stances_do_not_count(tmp_path: Path) -> None:
    entry = "ketamine-not-fda-approved-psychiatric"
    said = [
        Said("Denied.", "contradicted", ((entry, "denies", "flat", "contradicted"),)),
        Said(
            "Mentioned.", "overstated", ((entry, "mentions", "flat", None), ("ptsd", "asserts", "flat", "overstated"))
        ),
        Said("Unsettled.", "overstated", ((entry, "asserts", "flat", None), ("ptsd", "asserts", "flat", "overstated"))),
    ]
    table = tally(fill(tmp_path / "a.db", {"a": {"u": said}}), "site", COLUMNS)
    assert cells(table.rows[0])[0] == "0"
    assert table.rows[0].labels == {"contradicted": 1, "overstated": 2}


def test_wilson_intervals() -> None:
    """The published example: 81 of 263 (Newcombe RG. Stat Med 1998;17:857-872, table I, method 3), and its 0 of 20."""
    found = share(81, 263)
    assert (round(found.low or 0, 4), round(found.high or 0, 4)) == (0.2553, 0.3662)
    none = share(0, 20)
    assert (none.low, round(none.high or 0, 4)) == (0.0, 0.1611)
    assert share(0, 0).value is None


def test_what_is_no_audit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such file"):
        tally(tmp_path / "none.db", "site", COLUMNS)
    (tmp_path / "text.db").write_text("hello" * 1000)
    with pytest.raises(StoreError, match="not a store"):
        tally(tmp_path / "text.db", "site", COLUMNS)


def test_columns_of_ones_own(store: Path) -> None:
    column = Column.model_validate(
        {"id": "vary", "title": "Does not say that results vary", "disclosure": "results_vary"}
    )
    assert [s.count for s in tally(store, "site", [column]).shares] == [2]
