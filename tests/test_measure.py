"""Numbers settle what they measure: a sentence's amounts against an entry's ranges."""

import pytest

from factcheck.domain import Label
from factcheck.lexicon import Lexicon
from factcheck.match import Matcher
from factcheck.measure import measure, years_of
from factcheck.paths import data_dir
from factcheck.read import Reader
from factcheck.reference import load_reference

LEXICON = Lexicon.load([data_dir() / "lexicon"])
ENTRIES = load_reference([data_dir() / "reference"], frozenset(LEXICON.rows)).entries
READER = Reader(LEXICON)


@pytest.mark.parametrize(
    ("entry", "text", "label"),
    [
        ("ketamine-fda-anesthetic-1970", "It was approved in 1970.", Label.SUPPORTED),
        ("ketamine-fda-anesthetic-1970", "It was approved in 1950.", Label.CONTRADICTED),
        ("ketamine-synthesised-1962", "It was made in the 1960s.", Label.SUPPORTED),
        ("response-after-infusion-series", "About 60% of them responded.", Label.SUPPORTED),
        ("response-after-infusion-series", "About 95% of them responded.", Label.OVERSTATED),
        ("single-infusion-duration", "It holds for ten days.", Label.SUPPORTED),
        ("single-infusion-duration", "It holds for two months.", Label.OVERSTATED),
        ("single-infusion-duration", "It holds for two years.", Label.CONTRADICTED),
        ("spravato-two-hour-monitoring", "They are watched for 20 minutes.", Label.CONTRADICTED),
        ("half-life", "The half-life is about three hours.", Label.SUPPORTED),
        ("half-life", "The half-life is 14 hours.", Label.CONTRADICTED),
        ("half-life", "It is gone within 14 hours.", Label.SUPPORTED),
        ("driving-and-transport", "Leave the car alone for 24 hours.", Label.SUPPORTED),
        ("driving-and-transport", "Leave the car alone for two hours.", Label.CONTRADICTED),
        ("esketamine-trd-definition", "Two antidepressants have failed.", Label.SUPPORTED),
        ("esketamine-trd-definition", "One antidepressant has failed.", Label.CONTRADICTED),
        ("age-limits", "It is for people aged 21 and over.", Label.SUPPORTED),
        ("age-limits", "It is for people aged 12 and over.", Label.CONTRADICTED),
        ("overdose-deaths-share", "It is found in 0.5% of overdose deaths.", Label.SUPPORTED),
        ("overdose-deaths-share", "It is found in 20% of overdose deaths.", Label.OVERSTATED),
        ("one-third-treatment-resistant", "Two percent are treatment-resistant.", Label.CONTRADICTED),
        (
            "zarate-2006-nimh-trial",
            "At 24 h 71% had responded, and 35% were still responding at 1 week.",
            Label.SUPPORTED,
        ),
        ("berman-2000-first-trial", "It had 400 participants.", None),
        ("abuse-potential", "It takes 40 minutes.", None),
    ],
)
def test_a_figure_supports_exaggerates_or_is_wrong(entry: str, text: str, label: Label | None) -> None:
    assert measure(ENTRIES[entry], READER.read(text), None) is label


def test_infusions_are_counted_where_a_course_is_spoken_of() -> None:
    entry = ENTRIES["induction-series"]
    matcher = Matcher(ENTRIES.values(), LEXICON.names)
    for text, label in (
        ("A course of ketamine is six infusions.", Label.SUPPORTED),
        ("A course of ketamine is ninety infusions.", Label.CONTRADICTED),
    ):
        reading = READER.read(text)
        assert measure(entry, reading, next(c for c in matcher.candidates(reading) if c.entry is entry)) is label
    assert measure(entry, READER.read("Over 3,000 infusions given."), None) is None


def test_a_right_figure_beside_a_denial_supports_nothing() -> None:
    assert measure(ENTRIES["half-life"], READER.read("The half-life is not three hours."), None) is None


def test_the_year_of_another_entry_is_not_held_against_one() -> None:
    reading = READER.read("It was made in 1962 and approved in 1970.")
    approved, made = ENTRIES["ketamine-fda-anesthetic-1970"], ENTRIES["ketamine-synthesised-1962"]
    assert measure(approved, reading, None) is Label.CONTRADICTED
    assert measure(approved, reading, None, years_of([made], reading)) is Label.SUPPORTED
