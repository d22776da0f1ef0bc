"""`factcheck reference add` checks, tries and writes an entry; `reference stale` lists what to look at again."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pexpect
import pytest
import yaml
from moon import ENTRY, ROW
from stores import write_store
from typer.testing import CliRunner, Result

from factcheck.border import DataError
from factcheck.cases import load_cases
from factcheck.check import FactChecker
from factcheck.cli import app
from factcheck.curate import Desk, NewEntry, changes, stale
from factcheck.domain import Grade, Label, Sentence
from factcheck.paths import data_dir

MOON = f"""\
{ENTRY}cases:
- {{text: Ketamine does not depend on the full moon., label: supported, kind: denial}}
- {{text: Ketamine works best at full moon., label: contradicted}}
- {{text: Book your visit before the full moon., label: no_claim, kind: near_miss}}
"""
MOONLIT = "Ketamine works best at full moon."
PAGE = f"Ketamine at night\n\n{MOONLIT} We are open on Mondays and on Thursdays.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own = tmp_path / "own"
    own.mkdir()
    (own / "concepts.yaml").write_text(ROW)
    (tmp_path / "moon.yaml").write_text(MOON)
    (tmp_path / "page.txt").write_text(PAGE)
    return own


def run(*arguments: object, given: str | None = None) -> Result:
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=given)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_an_entry_is_tried_on_a_page_and_written_as_the_loader_reads_it(folder: Path) -> None:
    result = run("reference", "add", folder.parent / "moon.yaml", "--to", folder, "--page", folder.parent / "page.txt")
    assert result.exit_code == 0, result.stderr
    assert "nearest to moon-phase:" in result.stdout
    assert "cases: 3 of 3 right" in result.stdout
    assert "sentences that change verdict: 1\n" in result.stdout
    assert f"-> contradicted: {MOONLIT}" in result.stdout
    checker = FactChecker.load([folder])
    assert checker.check(MOONLIT).claims[0].entry.id == "moon-phase"
    assert checker.entries["moon-phase"].reviewed == date(2026, 1, 1)
    cases = load_cases(folder / "cases", checker.entries)
    assert [case.role for case in cases["moon-phase"]] == ["denial", "contradicted", "near_miss"]
    again = run("reference", "add", folder.parent / "moon.yaml", "--to", folder)
    assert (again.exit_code, again.stderr.count("\n")) == (2, 1)
    assert "already in" in again.stderr
    assert sorted(p.name for p in folder.rglob("*")) == ["cases", "concepts.yaml", "practice.yaml", "practice.yaml"]


def test_a_dry_run_writes_nothing_and_prints_what_add_would_take(folder: Path) -> None:
    result = run("reference", "add", "-", "--to", folder, "--dry-run", given=MOON)
    assert [p.name for p in folder.iterdir()] == ["concepts.yaml"]
    printed = result.stdout.partition("not written:\n")[2]
    assert yaml.safe_load(printed) == [yaml.safe_load(MOON)]
    assert run("reference", "add", "-", "--to", folder, given=printed).exit_code == 0


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_stands_in_a_file_stays_and_two_entries_share_a_topic(folder: Path, end: str) -> None:
    mine = ("# my own\n" + yaml.safe_dump([entry()]).rstrip("\n")).replace("\n", end).encode()
    (folder / "practice.yaml").write_bytes(mine)
    assert run("reference", "add", folder.parent / "moon.yaml", "--to", folder).exit_code == 0
    content = (folder / "practice.yaml").read_bytes()
    assert content.startswith(mine + end.encode())
    assert content.count(end.encode()) == content.count(b"\n")
    text = content.decode()
    assert [row["id"] for row in yaml.safe_load(text)] == ["other-moon", "moon-phase"]
    assert {"moon-phase", "other-moon"} <= set(FactChecker.load([folder]).entries)


def entry(**fields: object) -> dict[str, object]:
    row = yaml.safe_load(MOON)
    del row["cases"]
    return {**row, "id": "other-moon", **fields}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("grade: contrary", "grade: maybe", "standard input:1: moon-phase: grade: Input should be"),
        ("  [[moon]]".strip(), "[[sun]]", "moon-phase: slots: the lexicon has no concept 'sun'"),
        ("url: 'https://example.org/moon'", "url: null", "sources: Value error, no source has a url"),
        ("label: contradicted", "label: wrong", "moon-phase: cases.1.label: Input should be"),
        ("kind: near_miss", "kind: near_miss, entry: sun", "moon-phase: case 3: no entry 'sun'"),
        ("topic: practice", "topic: ../practice", "moon-phase: topic: '../practice' cannot name a file"),
        ("topic: practice", "topic: concepts", "moon-phase: topic: 'concepts' cannot name a file"),
        ("id: moon-phase", "id: [", "standard input:3: not valid YAML"),
        ("reviewed: 2026-01-01", "reviewed: soon", "moon-phase: reviewed"),
        (MOON, "[]", "standard input: no entry in it"),
        (MOON, "", "standard input:1: row 1: "),
    ],
)
def test_what_the_loader_would_refuse_is_refused_in_one_line(folder: Path, old: str, new: str, message: str) -> None:
    assert old in MOON
    result = run("reference", "add", "-", "--to", folder, given=MOON.replace(old, new))
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert message in result.stderr
    assert [p.name for p in folder.iterdir()] == ["concepts.yaml"]


def test_the_line_of_a_broken_entry_in_a_list_is_named(folder: Path) -> None:
    with pytest.raises(DataError, match=r"new.yaml:\d\d: other-moon: grade"):
        Desk(data_dir(), (), folder).read(yaml.safe_dump([yaml.safe_load(MOON), entry(grade="none")]), "new.yaml")
    with pytest.raises(DataError, match="other-moon: stands twice"):
        Desk(data_dir(), (), folder).read(yaml.safe_dump([entry(), entry()]), "new.yaml")


def test_of_a_store_the_sentences_that_the_entry_concerns_are_judged(folder: Path) -> None:
    texts = [MOONLIT, "Ketamine is non-addictive.", "We are open on Mondays."]
    path = write_store(folder.parent / "a.db", [(text, "", "no_claim", "no claim") for text in texts])
    result = run("reference", "add", folder.parent / "moon.yaml", "--to", folder, "--store", path, "--dry-run")
    assert "sentences that change verdict: 1\n" in result.stdout
    assert f"-> contradicted: {MOONLIT}" in result.stdout
    desk = Desk(data_dir(), (), folder)
    new = desk.read(MOON, "moon.yaml")
    assert [s.text for s in desk.concerned((Sentence(t) for t in texts), new)] == [MOONLIT]
    wrong = run("reference", "add", folder.parent / "moon.yaml", "--to", folder, "--store", folder.parent / "page.txt")
    assert (wrong.exit_code, "not the store of an audit" in wrong.stderr) == (2, True)


def test_an_entry_that_replaces_a_shipped_one_changes_what_is_said_of_it(tmp_path: Path) -> None:
    """Regrading by hand: the shipped entry with another grade, in a folder of one's own."""
    rows = yaml.safe_load((data_dir() / "reference" / "efficacy.yaml").read_text())
    (shipped,) = (row for row in rows if row["id"] == "ptsd")
    desk = Desk(data_dir(), (), tmp_path / "own")
    new = desk.read(yaml.safe_dump({**shipped, "grade": "contrary"}), "new.yaml")
    said = [Sentence("Ketamine may relieve PTSD in some people."), Sentence("We are open on Mondays.")]
    concerned = list(desk.concerned(said, new))
    assert concerned == said[:1]
    with desk.trial(new) as (before, after):
        (change,) = changes(said, before, after)
    assert (change.before.label, change.after.label) == (Label.SUPPORTED, Label.CONTRADICTED)


def test_adding_to_the_shipped_folder_keeps_its_entries(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for name in ("reference", "lexicon"):
        shutil.copytree(data_dir() / name, data / name)
    (data / "lexicon" / "concepts-moon.yaml").write_text(ROW)
    desk = Desk(data, (), data / "reference")
    count = len(desk.entries)
    written = desk.write(desk.read(MOON, "moon.yaml"))
    assert written == [data / "reference" / "practice.yaml", data / "reference" / "cases" / "practice.yaml"]
    assert len(Desk(data, (), data / "reference").entries) == count + 1
    shipped_too = yaml.safe_dump(entry(id="abuse-potential"))
    with pytest.raises(DataError, match=r"abuse-potential: already in .*dependence.yaml"):
        Desk(data, (), data / "reference").read(shipped_too, "new.yaml")


def test_a_folder_that_cannot_be_written_changes_nothing(folder: Path) -> None:
    (folder / "cases").write_text("a file where the folder should be")
    desk = Desk(data_dir(), (), folder)
    with pytest.raises(DataError, match="own: cannot be written"):
        desk.write(desk.read(MOON, "moon.yaml"))
    assert sorted(p.name for p in folder.iterdir()) == ["cases", "concepts.yaml"]


def test_an_entry_is_asked_for_on_a_terminal(folder: Path) -> None:
    child = pexpect.spawn(
        str(Path(sys.executable).parent / "factcheck"),
        ["reference", "add", "--to", str(folder)],
        env={**os.environ, "TERM": "dumb"},
        encoding="utf-8",
        dimensions=(60, 200),
        timeout=60,
    )
    for question, reply in [
        ("Claim", "short"),
        ("at least 8 characters.*Claim", "Ketamine works better at full moon."),
        ("nearest to .*Id", ""),
        ("Topic", "practice"),
        ("Drug", ""),
        ("What is true", "No study has looked at the moon."),
        ("Grade", "maybe"),
        ("Input should be.*Grade", "contrary"),
        ("Wording", "ketamine does not depend on the moon"),
        (r"Concepts.*\[.*moon.*\]", "mon"),
        ("no concept 'mon'; did you mean.*moon.*Concepts", "moon"),
        ("Title", "A made-up source for a test"),
        ("Year", "2026"),
        ("Publisher", ""),
        ("Address", "example.org"),
        ("begins with https.*Address", "https://example.org/moon"),
        ("Title.*no more", ""),
        ("Case: a sentence that the evidence supports", ""),
        ("Case: one that overstates", ""),
        ("Case: one that the evidence contradicts", MOONLIT),
        ("Case: a supported one", ""),
        ("Case: one that comes near", ""),
        ("cases: 1 of 1 right.*Write it", "y"),
    ]:
        child.expect(f"(?s){question}[^\n]*: ?$")
        child.sendline(reply)
    child.expect("written: ")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert FactChecker.load([folder]).entries["ketamine-works-better-at-full-moon"].grade is Grade.CONTRARY


def test_what_was_typed_is_printed_where_it_is_not_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An id that is taken is found out at the end only."""
    desk = Desk(data_dir(), (), folder)
    desk.write(desk.read(MOON, "moon.yaml"))
    typed = NewEntry.model_validate(yaml.safe_load(MOON))
    monkeypatch.setattr("factcheck.curating._ask", lambda _: typed)
    monkeypatch.setattr("factcheck.curating._in_terminal", lambda: True)
    result = run("reference", "add", "--to", folder)
    assert (result.exit_code, "the answers: moon-phase: already in" in result.stderr) == (2, True)
    assert yaml.safe_load(result.stdout.partition("not written:\n")[2]) == [yaml.safe_load(MOON)]


def test_without_a_terminal_it_does_not_ask(folder: Path) -> None:
    result = run("reference", "add", "--to", folder)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_old_reviews_old_sources_and_what_is_over_are_stale() -> None:
    (base,) = (e for e in FactChecker.load().entries.values() if e.id == "abuse-potential")
    source = replace(base.sources[0], year=2020)
    mixed = replace(base, grade=Grade.MIXED, sources=(source,), reviewed=date(2026, 1, 1))
    day = date(2026, 6, 1)
    assert stale([mixed], day, 365, 6) == []
    assert stale([mixed], day, 365, 5)[0].reasons == ("newest source of 2020",)
    assert stale([mixed], day, 150, 6)[0].reasons == ("reviewed 2026-01-01, 151 days ago",)
    assert stale([mixed], day, 151, 6) == []
    assert stale([replace(mixed, grade=Grade.ESTABLISHED)], day, 365, 0) == []
    undated = replace(mixed, sources=(replace(source, year=None),))
    assert stale([undated], day, 365, 6)[0].reasons == ("no source with a year",)
    over = replace(mixed, valid_until=date(2026, 5, 31))
    assert stale([over], day, 365, 6)[0].reasons == ("true until 2026-05-31",)


def test_stale_lists_and_exits_with_one_only_where_there_is_something() -> None:
    old = run("reference", "stale", "--on", "2030-01-01")
    assert old.exit_code == 1
    assert "abuse-potential\testablished\treviewed 2026-" in old.stdout
    new = run("reference", "stale", "--on", "2026-11-25", "--source-years", "1000")
    assert all(line.endswith("no source with a year") for line in new.stdout.splitlines())
    assert new.exit_code == bool(new.stdout)
