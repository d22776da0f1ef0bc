"""What a sentence says: drugs, clauses, numbers, strength."""

from pathlib import Path

import pytest

from factcheck.compound import statements
from factcheck.domain import Strength
from factcheck.features import negating, rule_strength
from factcheck.lexicon import Lexicon
from factcheck.match import clause_of
from factcheck.paths import data_dir
from factcheck.quantity import amounts
from factcheck.read import FALSITY, Reader

READER = Reader(Lexicon.load([data_dir() / "lexicon"]))


@pytest.mark.parametrize(
    ("text", "before", "drugs"),
    [
        ("Ketamine lifts mood.", "", {"ketamine"}),
        ("Spravato, a ketamine nasal spray, is approved.", "", {"esketamine", "ketamine"}),
        ("It is approved.", "Spravato is a nasal spray.", {"esketamine"}),
        ("The clinic is open.", "", set()),
    ],
)
def test_drugs_named_or_taken_from_the_sentence_before(text: str, before: str, drugs: set[str]) -> None:
    assert set(READER.read(text, before).drugs) == drugs


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Unlike Spravato, ketamine is approved for nothing of the kind.", {"ketamine"}),
        ("Spravato, an approved ketamine therapy, is given here.", {"esketamine"}),
        ("Ketamine works no faster than Spravato.", {"ketamine"}),
    ],
)
def test_a_clause_speaks_of_one_drug_and_compares_with_the_other(text: str, spoken: set[str]) -> None:
    assert (
        set().union(*(c.drugs for c in READER.read(text).clauses if "ketamine" in c.drugs or "esketamine" in c.drugs))
        >= spoken
    )
    assert any(set(c.drugs) == spoken for c in READER.read(text).clauses)


def test_a_relative_clause_is_a_clause_of_its_own() -> None:
    clauses = READER.read("We offer ketamine, which relieves depression in hours.").clauses
    assert len(clauses) == 2
    assert "offer" in clauses[0].cues
    assert "depression" in clauses[1].concepts


def test_a_dateline_is_not_read() -> None:
    reading = READER.read("OMAHA, Neb., March 4, 2024 (Wire) — Ketamine was first made in 1962 by a chemist.")
    assert [a.low for a in reading.amounts] == [1962]
    assert reading.offsets[0][0] == 36


@pytest.mark.parametrize(
    ("text", "unit", "low", "high"),
    [
        ("for two to three weeks", "weeks", 2, 3),
        ("in 70% of patients", "%", 70, 70),
        ("45-65 percent", "%", 45, 65),
        ("half of patients", "%", 50, 50),
        ("0.5 mg/kg over 40 minutes", "mg/kg", 0.5, 0.5),
        ("since 1970", "year", 1970, 1970),
        ("in the 1960s", "year", 1960, 1969),
        ("forty five minutes", "minutes", 45, 45),
        ("$1,200 a visit", "USD", 1200, 1200),
        ("within a day", "days", 1, 1),
        ("in nine in ten adults", "%", 90, 90),
        ("8 out of 10 patients", "%", 80, 80),
        ("half a dozen infusions", "infusions", 6, 6),
        ("within a few minutes", "minutes", 3, 3),
        ("for people aged 12 and up", "years", 12, 12),
        ("once two medications have failed", "medicines", 2, 2),
    ],
)
def test_amounts(text: str, unit: str, low: float, high: float) -> None:
    found = list(amounts(READER.read(text).lowers))
    assert (found[0].unit, found[0].low, found[0].high) == (unit, low, high)


@pytest.mark.parametrize("text", ["given twice a week for four weeks", "two sessions a week for four weeks"])
def test_how_often_is_no_duration(text: str) -> None:
    assert [(a.low, a.unit) for a in amounts(READER.read(text).lowers) if a.unit == "weeks"] == [(4, "weeks")]


@pytest.mark.parametrize(
    ("text", "strength", "raised"),
    [
        ("Ketamine may relieve depression", Strength.HEDGED, False),
        ("Ketamine has shown promise in anxiety", Strength.HEDGED, False),
        ("Ketamine can relieve depression", Strength.QUALIFIED, False),
        ("Ketamine has been shown to relieve depression", Strength.QUALIFIED, False),
        ("Ketamine has been reliably shown to relieve depression", Strength.FLAT, True),
        ("Ketamine has remarkable potential in anxiety", Strength.QUALIFIED, True),
        ("Ketamine relieves depression", Strength.FLAT, False),
        ("Ketamine is a game-changer in depression", Strength.FLAT, False),
        ("Ketamine is completely safe", Strength.ABSOLUTE, False),
        ("Ketamine is not completely safe", Strength.FLAT, False),
        ("Ketamine does not help every patient", Strength.FLAT, False),
        ("Ketamine does no harm and always helps", Strength.ABSOLUTE, False),
        ("What ten years of talk could not do, ketamine does", Strength.FLAT, False),
    ],
)
def test_strength_by_markers(text: str, strength: Strength, raised: bool) -> None:
    reading = READER.read(text)
    assert rule_strength(reading, 0, len(reading.words)) == (strength, raised)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Ketamine is addictive", 0),
        ("Ketamine is non-addictive", 1),
        ("There is no evidence that it is addictive", 1),
        ("It is not non-addictive", 2),
    ],
)
def test_negations_are_counted_once_each(text: str, count: int) -> None:
    assert sum(len(negating(c)) for c in READER.read(text).clauses) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [("It is not true that ketamine is addictive", 0), ("It is a myth that ketamine is non-addictive", 1)],
)
def test_calling_the_whole_false_is_no_negation_of_its_clause(text: str, count: int) -> None:
    reading = READER.read(text)
    assert FALSITY in reading.cues
    assert sum(len(negating(c)) for c in reading.clauses) == count


@pytest.mark.parametrize(
    ("text", "unstated"),
    [
        ("Can ketamine cure depression?", True),
        ("Is it addictive?", True),
        ("The benefits of ketamine for pain include:", True),
        ("Why is ketamine non-addictive?", False),
        ("Are you ready for a non-addictive treatment?", False),
        ("Is it safe? It is risk-free.", False),
        ("Here is the truth: ketamine cures depression.", False),
    ],
)
def test_a_question_of_yes_or_no_and_the_lead_in_of_a_list_state_nothing(text: str, unstated: bool) -> None:
    assert READER.read(text).unstated is unstated


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("At Harbor Light Clinic in Boise, ketamine relieves pain.", ["Harbor Light Clinic", "Boise"]),
        ("Keystone Advanced Ketamine Therapy sees the need for care.", ["Keystone Advanced Ketamine Therapy"]),
        ("Many Ketamine Clinics in the north offer care to adults.", []),
        ("After an infusion of ketamine, Ketamine Therapy gives hope.", []),
    ],
)
def test_the_name_of_an_organization_is_one_name(text: str, names: list[str]) -> None:
    reading = READER.read(text)
    runs: list[list[int]] = []
    for i in sorted(reading.names):
        if runs and runs[-1][-1] == i - 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    assert [text[reading.offsets[run[0]][0] : reading.offsets[run[-1]][1]] for run in runs] == names


def test_a_drug_in_the_name_of_an_organization_is_not_spoken_of() -> None:
    assert not READER.read("Keystone Advanced Ketamine Therapy sees the need for care.").drug_named


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Ketamine may ease pain in some adults, and it is approved for anxiety.",
            ["Ketamine may ease pain in some adults", "it is approved for anxiety."],
        ),
        (
            "The dose is low; patients stay awake during the infusion.",
            ["The dose is low", "patients stay awake during the infusion."],
        ),
        (
            "Our clinic offers ketamine, which relieves depression in everyone.",
            ["Our clinic offers ketamine", "relieves depression in everyone."],
        ),
        ("Ketamine relieves depression, anxiety and pain.", []),
        (
            "The patent of 1963 proves that ketamine is a tried remedy.",
            ["The patent of 1963", "ketamine is a tried remedy."][1:],
        ),
        ("It has never been proven that ketamine is a tried remedy.", []),
        (
            "Because Spravato is approved, patients are relieved within days.",
            ["Because Spravato is approved", "patients are relieved within days."],
        ),
        ("Because it is approved, insurers pay for Spravato.", []),
        ("It promotes plasticity, which is the capacity of the brain to change.", []),
        (
            "Ketamine is not merely a comfort, it is a cure for pain.",
            ["Ketamine is not merely a comfort", "it is a cure for pain."],
        ),
        ("Ketamine is an old drug, it is fair to say.", []),
        ("Ketamine is an old drug and never harms the liver.", ["Ketamine is an old drug", "never harms the liver."]),
        ("Ketamine eases nausea and headaches.", []),
    ],
)
def test_the_parts_of_a_compound_sentence(text: str, parts: list[str]) -> None:
    assert [text[s:e] for s, e in statements(text)] == parts


def test_a_part_is_read_in_the_offsets_of_its_sentence() -> None:
    text = "Ketamine may ease pain, and it is approved for anxiety."
    reading = READER.read(text, "", frozenset(), (28, len(text)))
    assert text[slice(*reading.offsets[0])] == "it"


def test_a_treatment_that_the_model_has_not_met_is_heard_as_ketamine() -> None:
    lexicon = Lexicon.load([data_dir() / "lexicon", Path(__file__).parents[1] / "examples" / "tms"])
    reader = Reader(lexicon, frozenset({"magnetic_stimulation"}), READER)
    reading = reader.read("Deep TMS eases low mood.", "Transcranial magnetic stimulation is given daily.")
    assert reading.drugs == {"magnetic_stimulation"}
    assert reading.heard is not None
    assert reading.heard.lowers == ("ketamine", "eases", "low", "mood", ".")
    assert reading.heard.drugs == {"ketamine"}
    assert reader.read("Ketamine eases low mood.").heard is None
    assert Reader(lexicon).read("Deep TMS eases low mood.").heard is None


@pytest.mark.parametrize(
    ("text", "before", "clause"),
    [
        ("It is safe.", "Ketamine is an old drug.", "It is safe."),
        ("Ketamine eases pain, and it is approved.", "", None),
    ],
)
def test_a_claim_spread_over_sentences_has_the_only_clause(text: str, before: str, clause: str | None) -> None:
    reading = READER.read(text, before)
    found = clause_of(reading, None)
    assert (found and text[reading.offsets[found.start][0] : reading.offsets[found.end - 1][1]]) == clause


@pytest.mark.parametrize(
    ("text", "hedged"), [("Ketamine has a potential for abuse.", False), ("It has potential in grief.", True)]
)
def test_a_hedge_that_is_part_of_a_name_is_none(text: str, hedged: bool) -> None:
    assert ("hedge" in READER.read(text).cues) is hedged


@pytest.mark.parametrize(
    ("text", "before", "answers"),
    [
        ("No.", "Is ketamine addictive?", True),
        ("Yes, it is.", "Is ketamine addictive?", True),
        ("Yes, and our lounge has tea, soft chairs and blankets.", "Is ketamine addictive?", False),
        ("No.", "Ketamine is addictive.", False),
        ("It is.", "Is ketamine addictive?", False),
    ],
)
def test_a_short_answer_says_what_was_asked(text: str, before: str, answers: bool) -> None:
    reading = READER.read(text, before)
    assert reading.answers is answers
    assert not answers or "addictive" in reading.context
