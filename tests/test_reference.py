"""The reference set: every entry cited, dated and with cases; broken files refused; changes seen at once."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from moon import LISTED, write_moon

from factcheck.border import DataError
from factcheck.check import FactChecker
from factcheck.domain import Grade, Label
from factcheck.lexicon import Lexicon
from factcheck.paths import data_dir
from factcheck.reference import as_it_stood, load_reference

CONCEPTS = frozenset(Lexicon.load([data_dir() / "lexicon"]).rows)
SET = load_reference([data_dir() / "reference"], CONCEPTS)
CASES = {
    entry: cases
    for path in sorted((data_dir() / "reference" / "cases").glob("*.yaml"))
    for entry, cases in yaml.safe_load(path.read_text(encoding="utf-8")).items()
}
#: What an identifier may look like, by kind.
IDENTIFIERS = {
    "doi": r"doi:10\.\d{4,9}/[^\s'\"<>]*[^\s'\"<>.,;]",
    "pubmed": r"PMID [1-9]\d{0,7}",
    "pubmed central": r"PMC[1-9]\d{3,7}",
    "trial": r"NCT\d{8}",
    "drug application": r"NDA \d{6}",
    "federal rule": r"[1-9]\d? CFR [1-9]\d*(?:\.[1-9]\d*(?:\([a-z\d]+\))*)?",
    "federal law": r"[1-9]\d? USC [1-9]\d*[a-z]{0,2}(?:-[1-9]\d*)?(?:\([a-z\d]+\))*",
    "federal register": r"[1-9]\d{1,2} FR [1-9]\d{0,5}",
    "nice": r"NICE (?:TA|NG|CG)[1-9]\d{0,3}",
    "european agency": r"EMEA/H/C/\d{6}",
    "medicare article": r"A\d{5}",
}
IDENTIFIER = re.compile("|".join(f"(?:{pattern})" for pattern in IDENTIFIERS.values()))


def test_every_entry_has_a_source_a_review_date_and_cases() -> None:
    assert len(SET.entries) >= 255
    for entry in SET.entries.values():
        assert any(s.url or s.identifier for s in entry.sources), entry.id
        assert date(2025, 1, 1) < entry.reviewed <= date(2026, 12, 31), entry.id
        assert len(CASES.get(entry.id, [])) >= 5, entry.id


def test_cases_name_entries_that_exist() -> None:
    named = set(CASES) | {case["entry"] for cases in CASES.values() for case in cases if case.get("entry")}
    assert named <= set(SET.entries)


def test_identifiers_have_the_form_of_their_kind() -> None:
    odd = {
        s.identifier
        for e in SET.entries.values()
        for s in e.sources
        if s.identifier is not None and not IDENTIFIER.fullmatch(s.identifier)
    }
    assert not odd


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        "FDA notice of October 2023",
        "CMS A59250",
        "doi:10.1056",
        "doi:10.1056/NEJMoa2302399.",
        "https://doi.org/10.1056/NEJMoa2302399",
        "PMID",
        "PMID 123456789",
        "PMC12",
        "NCT123",
        "NDA 16812",
        "21 CFR",
        "21 CFR 202.",
        "21 U.S.C. 822",
        "USC 822",
        "FR 37673",
        "NICE 854",
        "EMEA/H/C/4535",
        "A59250 and others",
    ],
)
def test_an_identifier_of_no_kind_is_noticed(identifier: str) -> None:
    assert not IDENTIFIER.fullmatch(identifier)


def test_a_doi_address_and_its_identifier_agree() -> None:
    for entry in SET.entries.values():
        for s in entry.sources:
            address = re.fullmatch(r"https?://(?:www\.|dx\.)?doi\.org/(10\..+)", s.url or "")
            if address:
                assert (s.identifier or "").lower() == f"doi:{address[1]}".lower(), entry.id


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("grade: contrary", "grade: maybe", r"entries.yaml:1: moon-phase: grade"),
        (
            "  sources:\n  - {title: A made-up source for a test, url: 'https://example.org/moon', year: 2026}\n",
            "  sources: []\n",
            "moon-phase: sources",
        ),
        ("[[moon]]", "[[sun]]", "moon-phase: slots: the lexicon has no concept 'sun'"),
        ("reviewed: 2026-01-01", "reviewed: soon", "moon-phase: reviewed"),
        ("- id: moon-phase", "- id: [", r"entries.yaml:\d+: not valid YAML"),
        ("url: 'https://example.org/moon'", "url: null", "no source has a url or an identifier"),
    ],
)
def test_a_broken_file_is_refused_by_file_line_and_entry(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = LISTED
    assert old in text
    (tmp_path / "entries.yaml").write_text(text.replace(old, new))
    with pytest.raises(DataError, match=message):
        load_reference([tmp_path], frozenset({"moon"}))


def test_a_file_with_the_line_ends_of_windows_reads_alike(tmp_path: Path) -> None:
    broken = (
        f"{LISTED}\n# another\n{LISTED.replace('moon-phase', 'other-moon').replace('grade: contrary', 'grade: maybe')}"
    )
    found = {}
    for end in ("\n", "\r\n"):
        path = tmp_path / "entries.yaml"
        path.write_bytes(LISTED.replace("\n", end).encode())
        entries = load_reference([tmp_path], frozenset({"moon"})).entries
        path.write_bytes(broken.replace("\n", end).encode())
        with pytest.raises(DataError) as raised:
            load_reference([tmp_path], frozenset({"moon"}))
        found[end] = entries, str(raised.value)
    assert found["\n"] == found["\r\n"]
    line = broken[: broken.index("- id: other-moon")].count("\n") + 1
    assert f"entries.yaml:{line}: other-moon: grade" in found["\n"][1]


def test_an_entry_twice_in_one_folder_is_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(LISTED)
    with pytest.raises(DataError, match=r"b.yaml: moon-phase: already defined in .*a.yaml"):
        load_reference([tmp_path], frozenset({"moon"}))


def test_an_added_entry_is_found_and_a_changed_grade_changes_the_verdict_without_training(tmp_path: Path) -> None:
    sentence = "Ketamine relieves depression better at full moon, as our patients know."
    before = FactChecker.load().check(sentence)
    assert "moon-phase" not in {c.entry.id for c in before.claims}
    contrary = FactChecker.load(reference=[write_moon(tmp_path / "contrary")]).check(sentence)
    assert "moon-phase" in {c.entry.id for c in contrary.claims}
    assert contrary.label is Label.CONTRADICTED
    established = FactChecker.load(reference=[write_moon(tmp_path / "established", "established")]).check(sentence)
    assert established.label is not Label.CONTRADICTED


def test_an_entry_is_judged_by_what_was_true_on_the_day() -> None:
    entry = SET.entries["esketamine-approved-2019-trd"]
    assert entry.valid_from is not None
    assert as_it_stood(SET, date(2018, 6, 1)).entries[entry.id].grade is Grade.CONTRARY
    assert as_it_stood(SET, date(2020, 6, 1)).entries[entry.id].grade is entry.grade
    said = "Spravato is FDA-approved for treatment-resistant depression in adults."
    assert FactChecker.load().check(said).label is Label.SUPPORTED
    assert FactChecker.load(as_of=date(2018, 6, 1)).check(said).label is Label.CONTRADICTED
