"""The formats of an audit's table, and the command `report`."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from audited import APPROVED, BOLD, FAIR, GUARANTEED, HARMLESS, HELLO, Said, fill
from markdown_it import MarkdownIt
from test_tally import SITES
from typer.testing import CliRunner, Result

from factcheck.cli import app
from factcheck.store import Store

EVIL = "<script>alert(1)</script> | [x](http://evil.example) `y` www.evil.example @team #12 =1+1 \x1b[31m\u202e"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("store") / "audit.db", SITES)


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    said = [Said(EVIL, "contradicted", APPROVED.claims, context=EVIL), HARMLESS]
    pages = {f"http://x/{EVIL}": said, "javascript:alert(1)": said, f"={EVIL}": EVIL}
    return fill(tmp_path_factory.mktemp("evil") / "audit.db", {f"={EVIL}": pages})


def test_markdown(store: Path) -> None:
    result = run("report", store)
    assert result.exit_code == 0, result.stderr
    assert "| Claims non-addictive | 1 of 2 | 50.0% | 9.5–90.5% |" in result.stdout
    assert "| a.com | 2 | 2 | 0 | 1 | 1 | 0 | mentioned | not mentioned | mentioned |" in result.stdout
    assert "| c.com (not counted) | 1 | 0 | 0 | 0 | 0 | 0 | not mentioned |" in result.stdout
    assert "| d.com (not counted) | 0 | 0 | 0 | not read |" in result.stdout
    assert "2 of 4 sites, on which nothing was found" in result.stdout
    entries = run("report", store, "--by", "entry").stdout
    assert "| ptsd | Claim of ptsd. | contrary | 0 | 2 | 1 | 1 of 2 | 50.0% | 9.5–90.5% |" in entries


def test_csv(store: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("report", store, "--format", "csv").stdout)))
    assert [(r["site"], r["counted"], r["non_addictive"], r["non_addictive_sentences"], r["risks"]) for r in rows] == [
        ("a.com", "1", "1", "1", "1"),
        ("b.com", "1", "0", "0", "1"),
        ("c.com", "0", "0", "0", "1"),
        ("d.com", "0", "", "0", ""),
    ]
    assert rows[3]["reason"] == "cannot be read (timed out)"
    pages = list(csv.DictReader(io.StringIO(run("report", store, "--by", "page", "--format", "csv").stdout)))
    assert [r["page"] for r in pages][:2] == ["http://a.com/", "http://a.com/2"]
    entries = list(csv.DictReader(io.StringIO(run("report", store, "--by", "entry", "--format", "csv").stdout)))
    assert [(r["entry"], r["sites"], r["share"]) for r in entries if r["entry"] == "ptsd"] == [("ptsd", "1", "0.5000")]


def test_json(store: Path) -> None:
    document = json.loads(run("report", store, "--format", "json").stdout)
    assert (document["version"], document["by"], document["counted"]) == (1, "site", 2)
    first = document["columns"][0]
    assert (first["id"], first["count"], first["of"], first["value"]) == ("fda_approval", 1, 2, 0.5)
    cell = document["rows"][0]["cells"]["non_addictive"]
    assert (cell["holds"], cell["count"], cell["evidence"][0]["text"]) == (True, 1, HARMLESS.text)
    assert document["rows"][3]["cells"]["risks"]["holds"] is None
    entries = json.loads(run("report", store, "--by", "entry", "--format", "json").stdout)["rows"]
    assert next(e for e in entries if e["id"] == "ptsd")["findings"][0]["text"] in (BOLD.text, GUARANTEED.text)


@pytest.mark.parametrize("by", ["site", "page", "entry"])
def test_what_a_page_says_stays_text(evil: Path, by: str) -> None:
    rendered = MarkdownIt("gfm-like", {"linkify": False}).render(run("report", evil, "--by", by).stdout)
    assert not re.findall(r"<(script|a|code|em|strong)\b", rendered)
    for row in csv.reader(io.StringIO(run("report", evil, "--by", by, "--format", "csv").stdout)):
        assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in row)
    for format_ in ("markdown", "csv", "html"):
        text = run("report", evil, "--by", by, "--format", format_).stdout
        assert "\x1b" not in text, format_
        assert "\u202e" not in text, format_
        assert "<script>alert" not in text or format_ == "csv"
    json.loads(run("report", evil, "--by", by, "--format", "json").stdout)


def test_a_file_is_written_as_its_name_says(store: Path, tmp_path: Path) -> None:
    for name, start in (("t.html", "<!DOCTYPE html>"), ("t.md", "6 pages"), ("t.csv", "site,"), ("t.json", "{")):
        result = run("report", store, "--output", tmp_path / name)
        assert (result.exit_code, result.stdout) == (0, "")
        assert (tmp_path / name).read_text().lstrip().startswith(start)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["t.csv", "t.html", "t.json", "t.md"]
    assert run("report", store, "--output", tmp_path / "none" / "t.html").exit_code == 2
    assert run("report", store, "--output", store).exit_code == 2
    with Store.read(store):
        pass


def test_a_report_says_what_is_missing(tmp_path: Path) -> None:
    store = fill(tmp_path / "a.db", {"a.com": {"http://a.com/": [APPROVED, FAIR]}}, asked=False)
    with Store.open(store) as opened:
        opened.connection.execute("UPDATE runs SET finished = NULL, judge = 'next'")
    text = run("report", store).stdout
    assert "has not come to its end" in text
    assert "2 sentences have no verdict of the last audit" in text
    assert "Not read in this store: Does not mention off-label status; Does not mention risks;" in text
    nothing = fill(tmp_path / "b.db", {"a.com": {"http://a.com/": [HELLO]}})
    result = run("report", nothing)
    assert result.exit_code == 3
    assert "no page says anything" in result.stderr
