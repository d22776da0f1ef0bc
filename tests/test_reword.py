"""Suggestions: for every flagged sentence a wording that scans as supported by the way that any sentence goes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from factcheck.cases import load_cases, try_cases
from factcheck.check import FactChecker
from factcheck.domain import Label
from factcheck.explain import sentence
from factcheck.lexicon import Lexicon
from factcheck.paths import data_dir
from factcheck.read import Reader
from factcheck.reword import Flagged, Suggester

ROOT = Path(__file__).parents[1]
SHIPPED = FactChecker.load()
LEXICON = Lexicon.load([data_dir() / "lexicon"])
PACKS = {
    "shipped": (SHIPPED, data_dir() / "reference" / "cases"),
    "tms": (FactChecker.load([ROOT / "examples" / "tms"]), ROOT / "examples" / "tms" / "cases"),
}


@pytest.mark.parametrize("pack", PACKS)
def test_every_flagged_case_of_every_entry_has_a_suggestion_that_scans_as_supported(pack: str) -> None:
    checker, folder = PACKS[pack]
    flagged = [t for t in try_cases(load_cases(folder, checker.entries), checker) if t.finding.label.flagged]
    assert len(flagged) >= 60
    offered = [t.finding.suggestion for t in flagged]
    assert [t.case.text for t, text in zip(flagged, offered, strict=True) if text is None] == []
    texts = sorted({text for text in offered if text is not None})
    assert {text: f.label for text in texts if (f := checker.check(text)).label is not Label.SUPPORTED} == {}


def test_only_flagged_sentences_get_a_suggestion() -> None:
    tried = try_cases(load_cases(PACKS["shipped"][1], SHIPPED.entries), SHIPPED)
    assert all(t.finding.suggestion is None for t in tried if not t.finding.label.flagged)


def first(text: str, entry: str) -> str:
    """The wording that is tried first for a sentence flagged by an entry; which entry that is, is not asked here."""
    suggester = Suggester(LEXICON, SHIPPED.entries, lambda texts: [SHIPPED.check(t).label for t in texts])
    subject = suggester.subject(text, Reader(LEXICON).read(text))
    return next(suggester.wordings(Flagged(SHIPPED.entries[entry], subject)))


@pytest.mark.parametrize(
    ("text", "entry", "wording"),
    [
        (
            "IV ketamine therapy is FDA-approved for depression.",
            "ketamine-not-fda-approved-psychiatric",
            "IV ketamine therapy is not FDA-approved for depression or any other psychiatric disorder, and its use for them",
        ),
        (
            "Every one of our ketamine lozenges is FDA-approved for pain.",
            "ketamine-not-fda-approved-chronic-pain",
            "Our ketamine lozenges are not FDA-approved for chronic pain, and their use for pain conditions is off-label.",
        ),
        (
            "Ketamine infusions have no side effects.",
            "no-side-effects-claim",
            "Ketamine infusions have side effects and",
        ),
        ("Our Spravato sessions are fine in pregnancy.", "pregnancy", "Our Spravato treatment is not recommended in"),
        ("PTSD melts away after our infusions!", "ptsd", "Our ketamine infusions may help some people with PTSD, but"),
        (
            "Go back to work after your Spravato session.",
            "no-downtime",
            "People need the rest of the day to recover after S",
        ),
        (
            "It sharpens focus, our at-home ketamine.",
            "cognitive-enhancement",
            "Our at-home ketamine has not been shown to",
        ),
    ],
)
def test_a_wording_speaks_of_what_the_sentence_speaks_of(text: str, entry: str, wording: str) -> None:
    assert first(text, entry).startswith(wording)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        # What trials of infusions license is not said of another form.
        ("Our ketamine lozenges cure PTSD.", "ptsd"),
        ("Oral ketamine cures PTSD.", "ptsd"),
        ("At-home ketamine works within hours.", "onset-within-hours"),
        # Nor what is said of the drug, of a course of treatment; nor of Spravato, what is said of ketamine.
        ("Our ketamine infusions were invented in 1990.", "ketamine-synthesised-1962"),
        ("Spravato cures PTSD.", "ptsd"),
        # A street name, several treatments, or none, are not taken over.
        ("Special K cures PTSD.", "ptsd"),
        ("Ketamine infusions and Spravato cure PTSD.", "ptsd"),
        ("Our program cures PTSD.", "ptsd"),
        # "Ketamine" is how the wording has it.
        ("Ketamine has no side effects.", "no-side-effects-claim"),
    ],
)
def test_where_that_may_not_be_true_the_licensed_wording_stands_as_it_is(text: str, entry: str) -> None:
    assert first(text, entry) == sentence(SHIPPED.entries[entry].licensed)


def test_a_suggestion_does_not_depend_on_the_company_a_sentence_is_in() -> None:
    texts = [
        "IV ketamine therapy is FDA-approved for depression.",
        "Ketamine is FDA-approved for depression.",
        "Ketamine infusions have no side effects.",
    ]
    together = [f.suggestion for f in FactChecker.load().check_many([*texts, *texts])]
    assert all(together)
    alone = [FactChecker.load().check(text).suggestion for text in texts]
    assert together == [*alone, *alone]


def test_a_licensed_wording_that_is_read_as_anything_else_is_not_offered(tmp_path: Path) -> None:
    rows = yaml.safe_load((data_dir() / "reference" / "dependence.yaml").read_text(encoding="utf-8"))
    row = next(r for r in rows if r["id"] == "abuse-potential")
    row["licensed"] = "ketamine is non-addictive"
    (tmp_path / "own.yaml").write_text(yaml.safe_dump([row]))
    checker = FactChecker.load([tmp_path])
    finding = checker.check("Ketamine is not habit-forming at all.")
    assert finding.claims[0].entry.licensed == row["licensed"]
    assert finding.suggestion is not None
    assert sentence(row["truth"]).startswith(
        finding.suggestion.removesuffix(".")
    )  # the truth, or as much as is read as such
    assert checker.check(finding.suggestion).label is Label.SUPPORTED
