"""What a page discloses: floors on labeled sentences, a case and a near miss for every row of data, and the page as a whole."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from factcheck.border import DataError, DisclosureRule, load_yaml
from factcheck.check import FactChecker
from factcheck.disclose import Discloser
from factcheck.domain import BlockKind, Channel, Disclosed, Page, Sentence
from factcheck.paths import data_dir
from factcheck.words import fold

ROOT = Path(__file__).resolve().parents[1]
FOLDER = data_dir() / "disclosures"
CHECKER = FactChecker.load()
DISCLOSER = CHECKER.discloser
RULES = load_yaml(FOLDER / "rules.yaml", DisclosureRule)
WORDS = DISCLOSER._reader.lexicon

#: Lowest F1 of any of the four, on the sentences that the rules were developed on and on those written before them. With nine
#: or so sentences for the rarest, 0.85 leaves room for one more error than there is.
FLOORS = {"disclosures": 0.95, "disclosures-heldout": 0.85}


def gold(name: str) -> list[dict]:
    return yaml.safe_load((ROOT / "data" / "gold" / f"{name}.yaml").read_text(encoding="utf-8"))


def disclosed(text: str, before: str = "", claims: bool = True) -> set[str]:
    finding = CHECKER.check(text, before)
    return {d.value for d in DISCLOSER.sentence(finding.sentence, finding.claims if claims else ())}


@pytest.mark.parametrize("name", FLOORS)
def test_each_disclosure_reaches_its_floor(name: str) -> None:
    right: Counter[str] = Counter()
    made: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for row in gold(name):
        got, want = disclosed(row["text"], row.get("before", "")), set(row["discloses"])
        right.update(got & want)
        made.update(got)
        wanted.update(want)
    f1 = {d.value: 2 * right[d.value] / (made[d.value] + wanted[d.value]) for d in Disclosed}
    assert min(f1.values()) >= FLOORS[name], f1


def test_the_labeled_sentences_are_many_hard_and_apart() -> None:
    tuned, held_out = gold("disclosures"), gold("disclosures-heldout")
    assert len(tuned) == 120
    assert len(held_out) == 80
    texts = [row["text"] for row in (*tuned, *held_out)]
    assert len(set(texts)) == len(texts)
    for rows in (tuned, held_out):
        assert sum(not row["discloses"] for row in rows) >= 0.4 * len(rows)
        assert {d for row in rows for d in row["discloses"]} == {d.value for d in Disclosed}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_a_case_and_a_near_miss(rule: DisclosureRule) -> None:
    alone = Discloser(DISCLOSER._reader, [rule])

    def holds(text: str) -> bool:
        finding = CHECKER.check(text)
        return rule.discloses in alone.sentence(finding.sentence, finding.claims)

    assert holds(rule.case)
    assert not holds(rule.miss)


@pytest.mark.parametrize("row", WORDS.rows.values(), ids=lambda row: row.id)
def test_every_word_is_found_in_its_case_and_not_in_its_miss(row) -> None:
    def found(text: str) -> set[str]:
        return {m.id for m in WORDS.find(WORDS.doc(fold(text)[0]))}

    assert row.id in found(row.case)
    assert row.id not in found(row.miss)


def test_rules_name_entries_that_exist_and_words_are_used() -> None:
    assert {e for rule in RULES for e in rule.entries} <= set(CHECKER.entries)
    assert len({rule.id for rule in RULES}) == len(RULES)
    used = {w for rule in RULES for w in (*(w for group in rule.require for w in group), *rule.without)}
    by_name = {"writer", "doubtful", "combine"}  # asked for in disclose.py
    assert {row.id for row in WORDS.rows.values() if row.type == "word"} <= used | by_name


@pytest.mark.parametrize(
    ("text", "before", "ids"),
    [
        ("Ketamine is not non-addictive.", "", {"abuse"}),
        ("It has no risks and no side effects.", "Ketamine is given here.", set()),
        ("Ketamine does not cause nausea or dizziness.", "", set()),
        ("Nausea and dizziness do not occur with ketamine.", "", set()),
        ("Do not drive home, because ketamine makes you drowsy.", "", {"risks"}),
        ("They can cause weight gain and are habit-forming.", "Benzodiazepines are an older option.", set()),
        ("Patients leave behind opioids, which are addictive.", "", set()),
        ("Ketamine eases nausea.", "", set()),
        ("Keep in mind that ketamine can cause nausea.", "", {"risks"}),
        ("Please ask us about side effects such as nausea.", "", set()),
        ("It is unclear whether ketamine can cause dependence.", "", set()),
        ("I felt no nausea, only some dizziness during my infusion.", "", set()),
        ("Can ketamine cause nausea?", "", set()),
        ("Myth: ketamine is addictive.", "", set()),
    ],
)
def test_a_denial_an_invitation_and_another_treatment_disclose_nothing(text: str, before: str, ids: set[str]) -> None:
    assert disclosed(text, before, claims=False) == ids


def test_a_list_item_discloses_by_what_leads_into_it() -> None:
    def item(text: str, **more: str) -> set[Disclosed]:
        return set(DISCLOSER.sentence(Sentence(text, kind=BlockKind.LIST_ITEM, **more)))

    assert item("Nausea", heading="Possible side effects") == {Disclosed.RISKS}
    assert item("Nausea", before="Common side effects are:") == {Disclosed.RISKS}
    assert item("Nausea", heading="What we treat") == set()
    assert item("Nausea", heading="Side effects of opioids") == set()
    assert item("No nausea", heading="Side effects") == set()


PAGE = """<html lang=en><head><title>Ketamine has risks</title>
<meta name=description content="Ketamine can be addictive and results vary."></head><body><main>
<h1>Ketamine infusions in our clinic</h1><p>We give ketamine infusions to adults with depression at both of our locations.</p>
<h2>Ketamine has risks and side effects</h2><p>Our nurses are with you throughout the whole of your visit to the clinic.</p>
{more}</main></body></html>"""


def check(more: str) -> dict[Disclosed, str | None]:
    report = CHECKER.check_page(Page("page.html", PAGE.format(more=more).encode(), "text/html"))
    assert [d.id for d in report.disclosures] == list(Disclosed)
    for d in report.disclosures:
        assert d.present is (d.sentence is not None)
        if d.sentence:
            assert report.text[d.sentence.start : d.sentence.end] == d.sentence.text
            assert d.sentence.channel is Channel.BODY
    return {d.id: d.sentence.text if d.sentence else None for d in report.disclosures}


def test_headings_titles_and_descriptions_disclose_nothing() -> None:
    assert set(check("").values()) == {None}


def test_a_page_names_the_first_sentence_that_discloses() -> None:
    first, second = "Ketamine can cause nausea and dizziness.", "Ketamine can also raise your blood pressure."
    found = check(f"<p>{first} {second}</p><p>Its use for depression is off-label.</p>")
    assert found == {
        Disclosed.RISKS: first,
        Disclosed.OFF_LABEL: "Its use for depression is off-label.",
        Disclosed.ABUSE: None,
        Disclosed.RESULTS_VARY: None,
    }


def test_the_careful_clinic_discloses_all_four() -> None:
    page = ROOT / "data" / "gold" / "pages" / "careful-clinic" / "page.html"
    report = CHECKER.check_page(Page("page.html", page.read_bytes(), "text/html"))
    assert all(d.present for d in report.disclosures)


def test_a_page_about_something_else_has_no_disclosures() -> None:
    html = "<html lang=en><body><main><p>Baking bread has its risks, and results vary from oven to oven.</p></main></body></html>"
    assert CHECKER.check_page(Page("bread.html", html.encode(), "text/html")).disclosures == ()


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{id: a, discloses: risks, require: [[nowhere]], case: x, miss: y}", "a: no word 'nowhere'"),
        ("{id: a, discloses: fame, require: [[fda]], case: x, miss: y}", "a: discloses"),
        ("{id: a, discloses: risks, case: x, miss: y}", "give either"),
    ],
)
def test_a_broken_rule_is_refused_by_file_and_id(tmp_path: Path, rule: str, message: str) -> None:
    (tmp_path / "words.yaml").write_text((FOLDER / "words.yaml").read_text())
    (tmp_path / "rules.yaml").write_text(f"- {rule}\n")
    with pytest.raises(DataError, match=message) as raised:
        Discloser.load(tmp_path)
    assert "rules.yaml" in str(raised.value)
