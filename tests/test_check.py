"""The pipeline as a user meets it: verdicts with reasons and sources, the same in any company."""

import random

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factcheck.check import FactChecker
from factcheck.domain import BlockKind, Label, Page, Sentence
from factcheck.judge import verdict
from factcheck.paths import data_dir

CHECKER = FactChecker.load()
CASES = [
    case
    for path in sorted((data_dir() / "reference" / "cases").glob("*.yaml"))
    for cases in yaml.safe_load(path.read_text(encoding="utf-8")).values()
    for case in cases
]
SENTENCES = [Sentence(c["text"], 0, len(c["text"]), before=c.get("before") or "") for c in CASES]


#: Sentences without any difficulty, which no change of reader or model may get wrong.
PLAIN = """
supported     Ketamine may relieve depression.
supported     Ketamine can relieve depression in some patients.
overstated    Ketamine relieves depression.
contradicted  Ketamine cures depression.
contradicted  Ketamine is non-addictive.
contradicted  Ketamine is FDA-approved for depression.
supported     Ketamine is not FDA-approved for depression.
supported     Spravato is FDA-approved for treatment-resistant depression.
supported     Spravato is a nasal spray that the FDA approved in 2019 for treatment-resistant depression.
contradicted  Spravato is FDA-approved for PTSD.
supported     Ketamine is a Schedule III controlled substance.
contradicted  Ketamine is completely safe and has no side effects.
overstated    Ketamine is safe.
supported     Ketamine is generally safe when given under medical supervision.
supported     Ketamine may help with PTSD.
overstated    Ketamine is an effective treatment for PTSD.
overstated    Ketamine can help people with PTSD.
supported     Ketamine was approved by the FDA in 1970 as an anesthetic.
contradicted  Ketamine was approved by the FDA in 1950 as an anesthetic.
supported     Ketamine can raise blood pressure.
supported     Common side effects include nausea, dizziness and dissociation.
supported     You should not drive until the next day.
contradicted  You can drive home right after your infusion.
no_claim      Call us today to book a consultation.
no_claim      Dr. Smith is a board-certified psychiatrist.
no_claim      We offer ketamine infusions in a calm setting.
overstated    We offer ketamine infusions, which relieve depression.
overstated    Ketamine rewires the brain.
supported     Ketamine is an NMDA receptor antagonist.
contradicted  Ketamine is an opioid.
supported     Ketamine is not an opioid.
supported     Most insurance plans do not cover ketamine infusions.
contradicted  The effects of a single infusion are permanent.
supported     The effect of a single infusion usually lasts about one to two weeks.
overstated    Ketamine provides lasting relief from depression.
unverified    Acupuncture relieves back pain.
contradicted  Our patients are cured for life.
supported     Ketamine is used off-label to treat depression.
supported     Ketamine is used for anxiety.
supported     Ketamine is used to treat depression, anxiety and PTSD.
supported     Ketamine has been used to treat chronic pain and migraine.
overstated    Ketamine can be used to treat anxiety.
overstated    Ketamine has been used successfully to treat PTSD.
supported     Ketamine was approved by the FDA in 1970.
overstated    Studies show that ketamine reduces the symptoms of PTSD.
contradicted  Ketamine is not merely a treatment, it is a cure for depression.
supported     Spravato is taken twice a week for the first four weeks.
"""


@pytest.mark.parametrize("line", PLAIN.strip().splitlines())
def test_plain_sentences(line: str) -> None:
    label, _, text = line.partition(" ")
    assert CHECKER.check(text.strip()).label.value == label


@pytest.mark.parametrize(
    ("text", "label", "entry"),
    [
        ("Ketamine is non-addictive.", Label.CONTRADICTED, "abuse-potential"),
        ("Ketamine is FDA-approved for depression.", Label.CONTRADICTED, "ketamine-not-fda-approved-psychiatric"),
        ("Ketamine is not FDA-approved for depression.", Label.SUPPORTED, "ketamine-not-fda-approved-psychiatric"),
        (
            "Spravato is FDA-approved for treatment-resistant depression.",
            Label.SUPPORTED,
            "esketamine-approved-2019-trd",
        ),
        ("Ketamine has been shown to relieve PTSD.", Label.OVERSTATED, "ptsd"),
        ("Ketamine may help some people with PTSD.", Label.SUPPORTED, "ptsd"),
        ("Ketamine is not non-addictive.", Label.SUPPORTED, "abuse-potential"),
        ("Ketamine is an opioid.", Label.CONTRADICTED, "ketamine-not-an-opioid"),
        ("Ketamine rewires the brain.", Label.OVERSTATED, "rewires-resets-brain"),
        ("Ketamine cures depression.", Label.CONTRADICTED, "permanent-cure"),
        ("Ketamine infusions have no side effects.", Label.CONTRADICTED, "no-side-effects-claim"),
        ("Ketamine blocks NMDA receptors.", Label.SUPPORTED, "nmda-antagonist"),
        ("Ketamine was first synthesized in 1962.", Label.SUPPORTED, "ketamine-synthesised-1962"),
        ("Ketamine was first synthesized in 1985.", Label.CONTRADICTED, "ketamine-synthesised-1962"),
    ],
)
def test_the_most_claimed(text: str, label: Label, entry: str) -> None:
    finding = CHECKER.check(text)
    assert finding.label is label
    assert entry.split(".")[0] in {c.entry.id.split(".")[0] for c in finding.claims}


@pytest.mark.parametrize(
    "text",
    [
        "Call us today to book your first visit.",
        "Our team of board-certified anesthesiologists has treated patients for twenty years.",
        "Is ketamine right for you?",
        "We offer ketamine infusions for depression at both of our locations.",
        "Ketamine Infusions for Depression",
    ],
)
def test_no_claim_is_no_claim(text: str) -> None:
    finding = CHECKER.check(text)
    assert finding.label is Label.NO_CLAIM
    assert finding.explanation
    assert not finding.claims


def test_every_flag_has_an_entry_a_source_a_reason_and_a_wording_and_the_table_gives_it() -> None:
    flagged = [f for f in CHECKER.check_sentences(SENTENCES) if f.label.flagged]
    assert len(flagged) > 300
    for finding in flagged:
        first = finding.claims[0]
        assert first.label is finding.label
        assert first.entry.sources
        assert finding.explanation
        assert finding.suggestion
        assert finding.reason == "number" or verdict(first.stance, first.strength, first.entry.grade) is finding.label
        assert 0 < finding.confidence <= 1


def test_every_span_lies_in_its_sentence() -> None:
    for finding in CHECKER.check_sentences(SENTENCES[:400]):
        for claim in finding.claims:
            for span in claim.spans:
                assert 0 <= span.start < span.end <= len(finding.sentence.text)


def test_a_verdict_does_not_depend_on_company_or_order() -> None:
    some = random.Random(0).sample(SENTENCES, 60)
    alone = {s: CHECKER.check_sentences([s])[0] for s in some}
    for seed in range(3):
        shuffled = random.Random(seed).sample(some, len(some))
        for sentence, finding in zip(shuffled, CHECKER.check_sentences(shuffled), strict=True):
            assert (finding.label, finding.confidence, finding.claims) == (
                alone[sentence].label,
                alone[sentence].confidence,
                alone[sentence].claims,
            )


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_gets_an_answer(text: str) -> None:
    assert CHECKER.check(text).label in Label


def test_a_page_keeps_order_and_ids_are_stable() -> None:
    paragraphs = (
        "Ketamine is non-addictive. Ketamine blocks NMDA receptors.",
        "Ketamine is non-addictive. The clinic is open on Mondays and on all other days of the week.",
    )
    body = "".join(f"<p>{p}</p>" for p in paragraphs)
    html = f"<html lang=en><title>T</title><body><main><h1>Ketamine</h1>{body}</main></body></html>".encode()
    first, second = (CHECKER.check_page(Page("a.html", html, "text/html")) for _ in range(2))
    assert [f.id for f in first.sentences] == [f.id for f in second.sentences]
    assert len({f.id for f in first.sentences}) == len(first.sentences)
    starts = [f.sentence.start for f in first.sentences]
    assert starts == sorted(starts)
    assert sum(f.label is Label.CONTRADICTED for f in first.sentences) == 2


def test_an_answer_is_read_with_its_question() -> None:
    html = (
        '<html lang="en"><title>Ketamine</title><body><main><h3>Is ketamine FDA-approved for depression?</h3><p>Yes, it is.</p>'
        "<h3>Is ketamine addictive?</h3><p>No. It is not.</p><h3>Is there parking?</h3><p>Yes, behind the house.</p></main>"
    )
    report = CHECKER.check_page(Page("faq.html", html.encode(), "text/html"))
    found = {f.sentence.text: f.label for f in report.sentences if f.sentence.kind is BlockKind.ANSWER}
    assert found == {
        "Yes, it is.": Label.CONTRADICTED,
        "No.": Label.CONTRADICTED,
        "It is not.": Label.CONTRADICTED,
        "Yes, behind the house.": Label.NO_CLAIM,
    }
