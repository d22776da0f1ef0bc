"""Another treatment by data alone: the pack on TMS, and the tutorial that builds one (docs/new-topic.md)."""

from __future__ import annotations

import re
import shlex
from itertools import islice
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from factcheck.border import DataError
from factcheck.cases import load_cases, try_cases
from factcheck.check import FactChecker
from factcheck.cli import app
from factcheck.domain import Label, Page, Sentence
from factcheck.lexicon import Lexicon
from factcheck.match import Matcher
from factcheck.paths import data_dir
from factcheck.words import Subjects, fold, load_rows

ROOT = Path(__file__).parents[1]
PACK = ROOT / "examples" / "tms"
TMS = "magnetic_stimulation"
PLAIN = FactChecker.load()
WITH = FactChecker.load([PACK])
OWN = {e.id: e for e in WITH.entries.values() if e.drug == TMS}
#: The share of its own cases that the pack gets right, 201 of 213 as measured; it may only rise.
RIGHT = 0.94
IDENTIFIER = re.compile(
    r"doi:10\.\d{4,9}/\S+|PMC\d{4,8}|510\(k\) K\d{6}|DEN\d{6}|LCD L\d{5}|[1-9]\d? CFR [1-9]\d*(?:\.[1-9]\d*)?"
)


def page(text: str, title: str = "Sample Clinic") -> Page:
    html = f'<html lang="en"><title>{title}</title><body><main>{text}</main></body></html>'
    return Page("page.html", html.encode(), "text/html")


def test_the_pack_holds_what_it_says() -> None:
    assert len(OWN) == 25
    assert set(WITH.entries) - set(PLAIN.entries) == set(OWN)
    cases = load_cases(PACK / "cases", WITH.entries)
    assert set(cases) == set(OWN)
    for owner, rows in cases.items():
        roles = [c.role for c in rows]
        assert roles.count("supported") >= 3 or OWN[owner].grade.value == "contrary", owner
        assert {"denial", "near_miss"} <= set(roles), owner


def test_every_source_can_be_looked_up() -> None:
    for entry in OWN.values():
        assert any(s.primary for s in entry.sources), entry.id
        for source in entry.sources:
            assert source.url, entry.id
            assert source.identifier is None or IDENTIFIER.fullmatch(source.identifier), source.identifier


@pytest.mark.parametrize("file", ["concepts-tms.yaml", "subjects-tms.yaml"])
def test_each_row_is_found_in_its_case_and_not_in_its_miss(file: str) -> None:
    lexicon = Lexicon.load([data_dir() / "lexicon", PACK])
    for row in yaml.safe_load((PACK / file).read_text(encoding="utf-8")):
        if row["type"] == "subject":
            names = [p.lower() for p in row["phrases"]]
            assert any(n in row["case"].lower() for n in names)
            assert not any(n in row["miss"].lower() for n in names)
            continue
        for text, there in ((row["case"], True), (row["miss"], False)):
            found = {m.id for m in lexicon.find(lexicon.doc(fold(text)[0]))}
            assert (row["id"] in found) is there, (row["id"], text)


def test_its_cases_come_out_as_well_as_measured() -> None:
    tried = try_cases(load_cases(PACK / "cases", WITH.entries), WITH)
    assert sum(t.right for t in tried) >= RIGHT * len(tried)


def test_it_changes_no_verdict_on_ketamine() -> None:
    cases = load_cases(data_dir() / "reference" / "cases", PLAIN.entries)
    rows = [c for owned in cases.values() for c in owned if not re.search("TMS|magnetic", c.text + c.before)]
    sentences = [Sentence(c.text, 0, len(c.text), before=c.before) for c in islice(rows, 0, None, 3)]
    without, with_ = PLAIN.check_sentences(sentences), WITH.check_sentences(sentences)
    assert [f.label for f in with_] == [f.label for f in without]
    assert not {c.entry.id for f in with_ for c in f.claims} & set(OWN)


def test_what_another_pack_adds_leaves_the_weights_on_ketamine_alone() -> None:
    old, new = Matcher(PLAIN.entries.values()), Matcher(WITH.entries.values())
    assert {d: new._rarity[d] for d in old._rarity} == old._rarity


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (
            "{} has been FDA-cleared for depression since 2008.",
            {"TMS": Label.SUPPORTED, "Ketamine": Label.CONTRADICTED},
        ),
        ("{} is FDA-approved to treat PTSD.", {"TMS": Label.CONTRADICTED, "Ketamine": Label.CONTRADICTED}),
        ("{} permanently cures depression.", {"TMS": Label.CONTRADICTED, "Ketamine": Label.CONTRADICTED}),
    ],
)
def test_each_treatment_is_judged_by_its_own_entries(text: str, label: dict[str, Label]) -> None:
    for name, expected in label.items():
        finding = WITH.check(text.format(name))
        assert finding.label is expected
        assert {c.entry.drug == TMS for c in finding.claims} == {name == "TMS"}


def test_an_unnamed_treatment_is_the_one_that_the_page_names_most() -> None:
    unnamed = "<p>Side effects can include headache.</p>"
    about_tms = WITH.check_page(page(f"<h1>TMS and deep TMS</h1>{unnamed}<p>Some people ask about ketamine too.</p>"))
    about_ketamine = WITH.check_page(
        page(f"<h1>Ketamine or ketamine pills</h1>{unnamed}<p>Some people ask about TMS too.</p>")
    )
    drugs = [
        {c.entry.drug for f in report.sentences if f.sentence.text.startswith("Side effects") for c in f.claims}
        for report in (about_tms, about_ketamine)
    ]
    assert drugs[0] == {TMS}
    assert drugs[1]
    assert TMS not in drugs[1]


def test_a_page_on_tms_is_read_only_with_the_pack() -> None:
    text = page("<p>TMS has no side effects whatsoever.</p>", "TMS")
    assert {f.label for f in PLAIN.check_page(text).sentences} == {Label.NO_CLAIM}
    assert Label.CONTRADICTED in {f.label for f in WITH.check_page(text).sentences}


def test_a_subject_must_stand_for_a_treatment(tmp_path: Path) -> None:
    (tmp_path / "subjects.yaml").write_text("- {id: moon_names, type: subject, is_a: [moon], phrases: [moon]}\n")
    with pytest.raises(DataError, match=r"moon_names: is_a: .*moon"):
        Subjects(load_rows([data_dir() / "lexicon", tmp_path]))


def _tutorial() -> list[tuple[str, str, str]]:
    """The blocks of the tutorial in order: the line before it, its language, its text."""
    text = (ROOT / "docs" / "new-topic.md").read_text(encoding="utf-8")
    return re.findall(r"([^\n]*)\n\n?```(\w+)\n(.*?)\n```", text, re.DOTALL)


def test_the_tutorial_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = 0
    for before, language, text in _tutorial():
        if language != "console":
            path = tmp_path / before.strip("`")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n", encoding="utf-8")
            continue
        command, *expected = text.split("\n")
        result = CliRunner().invoke(app, shlex.split(command.removeprefix("$ factcheck ")))
        pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in expected)
        pattern = re.sub(r"\d+%\\ sure", r"\\d+% sure", pattern)
        assert re.fullmatch(pattern, result.stdout), (command, result.stdout)
        ran += 1
    assert ran == 6


def test_what_was_outside_the_set_in_training_is_settled_by_an_added_entry() -> None:
    text = "Deep TMS can reduce symptoms in some people with obsessive-compulsive disorder."
    assert PLAIN.check(text).label.value == "unverified"
    found = WITH.check(text)
    assert (found.label.value, found.claims[0].entry.id) == ("supported", "tms-ocd-efficacy")
