"""Samples for a human to check: drawn alike, answered in a sheet, kept, and summed up."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from audited import APPROVED, FAIR, HARMLESS, HELLO, Said, fill
from crawls import select
from typer.testing import CliRunner, Result

from factcheck.audit import audit
from factcheck.border import DataError
from factcheck.cli import app
from factcheck.domain import Label
from factcheck.plan import Plan
from factcheck.sample import draw, read_answers, take_answers
from factcheck.store import Store
from factcheck.tables.sheet import write_sample

MANY = [Said(f"Sentence {n}.", "overstated" if n % 4 == 0 else "no_claim") for n in range(200)]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def answered(path: Path, text: str, **labels: str) -> Path:
    """The sheet with labels filled in by the first word of the sentence."""
    rows = list(csv.DictReader(io.StringIO(text)))
    for row in rows:
        row["label"] = next((label for word, label in labels.items() if row["text"].startswith(word)), "")
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_seed_draws_the_same_whatever_the_order(tmp_path: Path) -> None:
    one = fill(tmp_path / "one.db", {"a.com": {"http://a.com/": MANY}})
    two = fill(tmp_path / "two.db", {"b.com": {f"http://b.com/{n}": [s] for n, s in enumerate(reversed(MANY))}})
    drawn = [d.text for d in draw(one, 30, 0)]
    assert len(set(drawn)) == 30
    assert drawn == [d.text for d in draw(two, 30, 0)]
    assert drawn == [d.text for d in draw(one, 60, 0)][:30]
    assert drawn != [d.text for d in draw(one, 30, 1)]
    flagged = draw(one, 1000, 0, {Label.OVERSTATED})
    assert len(flagged) == 50
    # Every sentence has its chance: over many seeds each is drawn about as often.
    counts = [0] * len(MANY)
    for seed in range(400):
        for d in draw(one, 20, seed):
            counts[int(d.text.split()[1].rstrip("."))] += 1
    assert sum(counts) == 8000
    assert min(counts) > 15  # 40 expected, standard deviation 6
    assert max(counts) < 65


def test_the_sheet_does_not_tell_the_tools_verdict(tmp_path: Path) -> None:
    evil = Said("=HYPERLINK(1) ketamine cures.", "contradicted", context="@before")
    out = io.StringIO()
    write_sample(draw(fill(tmp_path / "a.db", {"a": {"http://a.com/": [evil]}}), 1, 0), out)
    (row,) = csv.DictReader(io.StringIO(out.getvalue()))
    assert row["text"] == "'" + evil.text
    assert row["before"] == "'@before"
    assert row["label"] == ""
    assert "contradicted" not in out.getvalue()


def test_answers_become_prevalence_and_overrules(tmp_path: Path) -> None:
    store = fill(tmp_path / "a.db", {"a.com": {"http://a.com/": [APPROVED, HARMLESS, FAIR, HELLO]}})
    sheet = run("sample", store, "-n", "4")
    assert sheet.exit_code == 0, sheet.stderr
    file = answered(tmp_path / "s.csv", sheet.stdout, Ketamine="Contradicted", We="no claim")
    result = run("sample", store, "--answers", file, "--editor", "Kim")
    assert result.exit_code == 0, result.stderr
    lines = {line.split("  ")[0]: " ".join(line.split()) for line in result.stdout.splitlines()}
    assert lines["overstated or contradicted"].startswith(
        "overstated or contradicted 3 of 4 75.0% (30.1% to 95.4%), 1 to 4 of all"
    )
    assert lines["same as the tool"].startswith("same as the tool 3 of 4 75.0%")
    assert lines["flags that are right"].startswith("flags that are right 2 of 2 100.0%")
    assert "1 of the tool's verdicts overruled" in result.stdout
    assert select(store, "SELECT text, label, editor FROM overrules WHERE text = ?", FAIR.text) == [
        (FAIR.text, "contradicted", "Kim")
    ]
    assert select(store, "SELECT label, judged FROM verdicts WHERE text = ?", FAIR.text) == [
        ("contradicted", "supported")
    ]


def test_overrules_outlast_re_runs_and_count_in_reports(tmp_path: Path) -> None:
    page = tmp_path / "crawl" / "a.example" / "index.html"
    page.parent.mkdir(parents=True)
    html = "<html lang=en><title>A</title><p>Ketamine is not addictive.</p><p>{}</p>"
    page.write_text(html.format("We see you at our clinic in the old town every day of the week."))
    store = tmp_path / "audit.db"
    plan = Plan((str(tmp_path / "crawl"),), store, jobs=1)
    audit(plan)
    assert "| a.example | 1 | 1 |" in run("report", store).stdout
    file = answered(tmp_path / "s.csv", run("sample", store, "--among", "contradicted").stdout, Ketamine="supported")
    assert run("sample", store, "--answers", file, "--among", "contradicted").exit_code == 0
    page.write_text(html.format("We see you at our clinic in the new town every day of the week."))
    audit(plan)
    with Store.open(store) as opened:  # as after a change of model: all is judged anew
        opened.connection.execute("UPDATE sentences SET judge = 'old'")
        opened.connection.execute("UPDATE runs SET judge = 'old'")
    assert audit(plan).counts.sentences_rejudged
    report = run("report", store).stdout
    assert "| a.example | 1 | 0 |" in report
    assert "An editor's verdict that differs" in report


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("text\nx\n", "no column 'sentence'"),
        ("sentence,label\ns12,supported\n", r"2: 's12' is no sentence id"),
        ("sentence,label\ns0000000000000001,true\n", r"2: 'true' is no label; use one of no_claim"),
        ("sentence,label\n" + "s0000000000000001,supported\n" * 2, "answered twice"),
        ("sentence,label\ns0000000000000001,\n", "no answers"),
        ("sentence,label\ns0000000000000001,supported\n", "is not in"),
    ],
)
def test_answers_that_do_not_fit_change_nothing(tmp_path: Path, text: str, message: str) -> None:
    store = fill(tmp_path / "a.db", {"a.com": {"http://a.com/": [APPROVED]}})
    file = tmp_path / "s.csv"
    file.write_text(text)
    with pytest.raises(DataError, match=message):
        take_answers(store, file, "Kim")
    assert select(store, "SELECT COUNT(*) FROM overrules") == [(0,)]


def test_a_sheet_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    rows = '\ufeffsentence,label,note,text\r\ns00000000000000ff,SUPPORTED,"two\r\nlines\u2028",x\r\ns00000000000000fe,,,y\r\n'
    for text in (rows, rows.replace(",", ";")):
        file.write_bytes(text.encode())
        (answer,), empty = read_answers(file)
        assert (answer.id, answer.label, answer.note, empty) == (255, Label.SUPPORTED, "two\nlines", 1)


def test_answers_to_another_question_are_refused(tmp_path: Path) -> None:
    """The sample was drawn from all: to take it for one of flagged sentences would give a wrong number."""
    store = fill(tmp_path / "a.db", {"a.com": {"http://a.com/": [APPROVED, HELLO]}})
    file = answered(tmp_path / "s.csv", run("sample", store).stdout, Ketamine="contradicted", We="no_claim")
    result = run("sample", store, "--answers", file, "--among", "contradicted")
    assert result.exit_code == 2
    assert "not among those asked for" in result.stderr
    assert run("sample", store, "--among", "wrong").exit_code == 2
    assert run("sample", store, "--among", "unverified").exit_code == 3
