"""Two audits compared: what is new, gone or judged otherwise, and when that counts as worse."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from audited import APPROVED, BOLD, FAIR, GUARANTEED, HARMLESS, HELLO, Said, fill
from typer.testing import CliRunner, Result

from factcheck.cli import app
from factcheck.compare import Difference, compare
from factcheck.overrules import Overrule, keep_overrules
from factcheck.schema import row_id

Pages = dict[str, list[Said] | str]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def compared(tmp_path: Path, old: Pages, new: Pages, **fills: object) -> Difference:
    stores = [fill(tmp_path / f"{n}.db", {"a.com": pages}, **fills) for n, pages in (("old", old), ("new", new))]  # type: ignore[arg-type]
    return compare(*stores)


def shown(difference: Difference) -> list[tuple[str, str, str, str, bool]]:
    return [(p.url, p.state, c.kind, c.text, c.worse) for p in difference.pages for c in p.changes]


def test_claims_added_removed_and_judged_otherwise(tmp_path: Path) -> None:
    found = compared(
        tmp_path,
        {"u1": [APPROVED, FAIR, HELLO], "u2": [BOLD], "u3": [HELLO]},
        {"u1": [HARMLESS, FAIR, HELLO], "u2": [replace(BOLD, label="supported")], "u3": [HELLO]},
    )
    assert shown(found) == [
        ("u1", "both", "added", HARMLESS.text, True),
        ("u1", "both", "removed", APPROVED.text, False),
        ("u2", "both", "changed", BOLD.text, False),
    ]
    assert found.worse


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        ("supported", "overstated", True),
        ("overstated", "contradicted", True),
        ("no_claim", "contradicted", True),
        ("contradicted", "overstated", False),
        ("supported", "unverified", False),
        ("overstated", "no_claim", False),
        (None, "supported", False),
        (None, "overstated", True),
        ("contradicted", None, False),
    ],
)
def test_what_is_worse(tmp_path: Path, before: str | None, after: str | None, worse: bool) -> None:
    pages = [[HELLO, *([Said("X.", label)] if label else [])] for label in (before, after)]
    found = compared(tmp_path, {"u": pages[0]}, {"u": pages[1]})
    assert [c.worse for p in found.pages for c in p.changes] == [worse]
    assert run("diff", tmp_path / "old.db", tmp_path / "new.db").exit_code == worse


def test_the_same_claim_in_another_context_has_not_changed(tmp_path: Path) -> None:
    moved = replace(HARMLESS, context="Another sentence before.")
    assert not compared(tmp_path, {"u": [HARMLESS]}, {"u": [moved, HARMLESS]}).pages


def test_pages_that_come_go_and_cannot_be_read(tmp_path: Path) -> None:
    found = compared(
        tmp_path,
        {"gone": [BOLD], "lost": [APPROVED], "back": "timed out", "never": "timed out"},
        {"new": [GUARANTEED], "lost": "timed out", "back": [APPROVED], "never": "timed out"},
    )
    assert shown(found) == [
        ("gone", "gone", "removed", BOLD.text, False),
        ("new", "new", "added", GUARANTEED.text, True),
    ]
    # What could not be read on one side has not been removed or added.
    assert [(p.url, p.state) for p in found.pages] == [
        ("back", "read"),
        ("gone", "gone"),
        ("lost", "unread"),
        ("new", "new"),
    ]


def test_a_lost_disclosure_is_worse(tmp_path: Path) -> None:
    silent = replace(FAIR, discloses=())
    found = compared(tmp_path, {"u": [FAIR]}, {"u": [silent]})
    assert [(p.lost, p.gained, p.worse) for p in found.pages] == [(("abuse", "off_label"), (), True)]
    for name in ("old", "new"):
        (tmp_path / f"{name}.db").unlink()
    assert not compared(tmp_path, {"u": [FAIR]}, {"u": [silent]}, asked=False).pages


def test_an_editors_verdict_is_what_is_compared(tmp_path: Path) -> None:
    assert compared(tmp_path, {"u": [HELLO]}, {"u": [HELLO, BOLD]}).worse
    keep_overrules(tmp_path / "new.db", [Overrule(row_id(BOLD.text, ""), BOLD.text, "", "supported", "Kim", "", "now")])
    found = compare(tmp_path / "old.db", tmp_path / "new.db")
    assert [(c.kind, c.worse) for p in found.pages for c in p.changes] == [("added", False)]


def test_the_command(tmp_path: Path) -> None:
    old = fill(tmp_path / "old.db", {"a.com": {"http://a.com/": [FAIR, BOLD]}})
    new = fill(
        tmp_path / "new.db", {"a.com": {"http://a.com/": [BOLD, replace(HARMLESS, text="Bad\x1b[31m.")]}}, judge="k"
    )
    result = run("diff", old, new)
    assert result.exit_code == 1
    assert result.stdout == (
        "http://a.com/\n! + contradicted: Bad\ufffd[31m.\n  - supported: Ketamine is used off-label and can be abused.\n"
        "! - no longer mentioned: abuse\n! - no longer mentioned: off label\n"
        "1 claims added, 1 removed, 0 judged otherwise, on 1 pages; worse on 1.\n"
    )
    assert "different models or reference sets" in result.stderr
    document = json.loads(run("diff", old, new, "--format", "json").stdout)
    assert document["summary"] == {"added": 1, "removed": 1, "changed": 0, "pages": 1, "worse": 1}
    assert document["pages"][0]["changes"][0]["after"] == "contradicted"
    assert run("diff", new, new).exit_code == 0
    assert run("diff", old, tmp_path / "none.db").exit_code == 2
