"""`factcheck reference check` judges the cases of every entry; `reference search` finds entries and says what matched."""

from __future__ import annotations

from pathlib import Path

import pytest
from moon import write_moon
from typer.testing import CliRunner, Result

from factcheck.border import DataError
from factcheck.cases import Case, Tried, load_cases, shares, try_cases
from factcheck.check import FactChecker
from factcheck.cli import app
from factcheck.domain import Label
from factcheck.paths import data_dir

CHECKER = FactChecker.load()
CASES = load_cases(data_dir() / "reference" / "cases", CHECKER.entries)
#: The share of the cases that the shipped set and model get right, as measured; it may only rise. The aim is 0.97. It was 0.845
#: before 39 entries were added and flags below an even chance were withheld.
RIGHT = 0.815


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def own(folder: Path, cases: str) -> Path:
    (folder / "cases").mkdir()
    (folder / "cases" / "moon.yaml").write_text(cases)
    return write_moon(folder)


def test_the_cases_of_the_shipped_set_come_out_as_well_as_measured() -> None:
    tried = try_cases(CASES, CHECKER)
    assert sum(t.right for t in tried) >= RIGHT * len(tried)
    assert sum(n for _, n in shares(tried, "role").values()) == len(tried)
    assert set(shares(tried, "role")) == {"supported", "overstated", "contradicted", "denial", "near_miss"}
    assert set(shares(tried, "entry")) == set(CHECKER.entries)


def test_a_near_miss_that_its_own_entry_settles_is_wrong() -> None:
    finding = CHECKER.check("Ketamine is non-addictive.")
    owner = finding.claims[0].entry.id
    case = Case(text=finding.sentence.text, label=finding.label, kind="near_miss")
    assert not Tried(owner, case, finding).right
    assert Tried("another", case, finding).right
    assert not Tried("another", Case(text=finding.sentence.text, label=Label.SUPPORTED), finding).right


def test_check_prints_shares_and_weak_entries_and_counts_your_own(tmp_path: Path) -> None:
    result = run(
        "reference",
        "check",
        own(tmp_path, "moon-phase:\n- {text: We are open on Monday mornings., label: contradicted}\n"),
    )
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].endswith("no errors")
    assert f" of {sum(map(len, CASES.values())) + 1} cases right" in lines[1]
    assert any(line.split()[:1] == ["moon-phase"] and line.endswith("0 of 1") for line in lines)
    errors = run("reference", "check", tmp_path, "--errors").stdout
    assert "moon-phase: contradicted: contradicted read as no_claim" in errors


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        ("moon-phase:\n- {text: Ketamine is good., label: maybe}\n", "moon-phase: case 1: label"),
        ("moon-phase:\n- {text: Ketamine is good., label: supported, kind: other}\n", "moon-phase: case 1: kind"),
        ("moon-phase:\n- {text: Ketamine is good., label: supported, entry: sun}\n", "case 1: no entry 'sun'"),
        ("sun-phase:\n- {text: Ketamine is good., label: supported}\n", "sun-phase: no such entry"),
        ("moon-phase: 3\n", "moon-phase: expected a list"),
        ("- 3\n", "expected a mapping"),
        ("a: [", r"moon.yaml:\d+: not valid YAML"),
    ],
)
def test_broken_cases_are_refused_by_file_and_entry(tmp_path: Path, cases: str, message: str) -> None:
    folder = own(tmp_path, cases)
    with pytest.raises(DataError, match=message):
        load_cases(folder / "cases", {**CHECKER.entries, "moon-phase": next(iter(CHECKER.entries.values()))})
    result = run("reference", "check", folder)
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("Ketamine is non-addictive.", "abuse-potential"),
        ("NMDA", "nmda-antagonist"),
        ("Is Spravato approved for treatment-resistant depression?", "esketamine-approved-2019-trd"),
    ],
)
def test_search_finds_the_entry_and_says_what_matched(text: str, entry: str) -> None:
    result = run("reference", "search", text, "--limit", "5")
    assert result.exit_code == 0
    assert entry in result.stdout
    assert result.stdout.count("(") >= 5
    assert "says " in result.stdout or "shares " in result.stdout


def test_search_finds_an_entry_of_your_own_and_may_find_nothing(tmp_path: Path) -> None:
    assert (
        "moon-phase"
        in run("reference", "search", "full moon", "--reference", write_moon(tmp_path)).stdout.splitlines()[0]
    )
    nothing = run("reference", "search", "zyzzyva")
    assert (nothing.exit_code, nothing.stdout) == (3, "")
