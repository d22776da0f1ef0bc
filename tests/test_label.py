"""`factcheck label` offers what is worth labeling and loses no answer; `agree` compares labelers; `train --data` takes it in."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pexpect
import pytest
from sklearn.metrics import cohen_kappa_score
from stores import write_store
from typer.testing import CliRunner, Result

from factcheck.agree import agree
from factcheck.answers import NUMBER, Answers, agreed, answer
from factcheck.border import DataError
from factcheck.check import FactChecker
from factcheck.choose import choose
from factcheck.cli import app
from factcheck.decide import decide
from factcheck.domain import FactcheckError, Label, Sentence
from factcheck.gather import Gathered, gather
from factcheck.gold import load_gold
from factcheck.labeling import guide
from factcheck.paths import bench_dir, data_dir, guide_path
from factcheck.train import train
from factcheck.training import load_examples, own_wording, read_rows

CHECKER = FactChecker.load()
PAGE = data_dir() / "demo" / "clinic.html"
DAY = date(2026, 11, 1)
COMMAND = Path(sys.executable).parent / "factcheck"
SENTENCES = (
    "Ketamine is non-addictive, whatever you may have read.",
    "Our office is on the second floor, above the bakery.",
    "Ketamine blocks the NMDA receptor.",
    "Ketamine may bring some people with depression short relief.",
    "Spravato was approved by the FDA in 2019 for treatment-resistant depression.",
)


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def given(*texts: str) -> list[Gathered]:
    return [Gathered(Sentence(t, 0, len(t)), f"g{n}") for n, t in enumerate(texts)]


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# -- choosing ----------------------------------------------------------------------------------------------------------


def page() -> list[Gathered]:
    return gather(str(PAGE), lambda _: None)


def test_a_higher_limit_only_adds_and_the_choice_is_the_same_twice() -> None:
    few, many = (choose(page(), CHECKER, n, set()) for n in (5, 12))
    assert [o.given.key for o in many[:5]] == [o.given.key for o in few]
    assert len({o.given.sentence.text for o in many}) == 12


def test_what_is_unsure_comes_before_what_is_sure_and_the_known_not_at_all() -> None:
    offers = choose(page(), CHECKER, 12, set())
    chosen = sum(o.decision.confidence for o in offers) / len(offers)
    every = [decide(w).confidence for w in CHECKER.weigh([g.sentence for g in page()])]
    assert chosen < sum(every) / len(every) - 0.05
    known = {o.given.key for o in offers}
    assert known.isdisjoint(o.given.key for o in choose(page(), CHECKER, 12, known))


def test_near_copies_do_not_crowd_out_the_rest() -> None:
    copies = [f"Ketamine might help with a bad mood after {n} visits or so." for n in ("three", "four", "five", "six")]
    offers = choose(given(*copies, *SENTENCES), CHECKER, 4, set())
    assert sum(o.given.sentence.text in copies for o in offers) <= 2


def test_menus_and_repeated_sentences_are_left_out() -> None:
    again = Gathered(Sentence(SENTENCES[0], before="Another sentence."), "other")
    offers = choose([*given("Home", "About us", *SENTENCES), again], CHECKER, 20, set())
    assert sorted(o.given.sentence.text for o in offers) == sorted(SENTENCES)
    assert choose([], CHECKER, 3, set()) == []


GOLD = bench_dir() / "gold" / "dev.jsonl"


@pytest.mark.skipif(not GOLD.is_file(), reason="no benchmark data (set FACTCHECK_BENCH_DATA)")
def test_what_is_offered_is_misread_more_often_than_the_rest() -> None:
    (gold,) = load_gold(GOLD)
    sentences = [Gathered(Sentence(g.text, 0, len(g.text), before=g.before), g.id) for g in gold.lines]
    labels = {s.key: g.label for s, g in zip(sentences, gold.lines, strict=True)}
    every = [
        decide(w).label is not labels[s.key]
        for s, w in zip(sentences, CHECKER.weigh([s.sentence for s in sentences]), strict=True)
    ]
    offered = [o.decision.label is not labels[o.given.key] for o in choose(sentences, CHECKER, 50, set())]
    assert sum(offered) / len(offered) >= 1.8 * sum(every) / len(every)


# -- sources -----------------------------------------------------------------------------------------------------------


def store(path: Path) -> Path:
    """Two pages that share a sentence; one sentence is off topic, one not yet judged."""
    judged = [(text, "Before.", "no_claim", "no claim") for text in SENTENCES[:3]]
    others = [(SENTENCES[3], "Before.", "no_claim", "off topic"), (SENTENCES[4], "Before.", None, None)]
    return write_store(path, [*judged, *others], [("https://b.example/", range(1, 6)), ("https://a.example/", [1])])


def test_a_store_gives_its_judged_sentences_with_context_and_page(tmp_path: Path) -> None:
    found = gather(str(store(tmp_path / "a.db")), print)
    assert [g.sentence.text for g in found] == list(SENTENCES[:3])
    assert {g.sentence.before for g in found} == {"Before."}
    assert found[1].group == found[2].group != found[0].group  # the first page by address that has it
    assert {g.sentence.text for g in gather(str(tmp_path / "a.db"), print, most=2)} == {SENTENCES[0]}


def test_another_database_and_a_missing_page_are_refused_in_one_line(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as db:
        db.execute("CREATE TABLE t (x)")
    with pytest.raises(FactcheckError, match=r"other.db: not the store of an audit"):
        gather(str(tmp_path / "other.db"), print)
    with pytest.raises(FactcheckError, match=r"none.html: no such file"):
        gather(str(tmp_path / "none.html"), print)
    with pytest.raises(FactcheckError, match=r"none.jsonl: cannot be read"):
        gather(str(tmp_path / "none.jsonl"), print)


def test_another_labelers_file_is_a_source_and_its_labels_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "Ketamine works.", "before": "So.", "group": "p", "label": "overstated"}\n' * 2)
    assert gather(str(path), print) == [Gathered(Sentence("Ketamine works.", 0, 15, before="So."), "p")]


def test_pages_about_something_else_are_named_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "bread.txt").write_text(
        "We bake bread every morning in our small shop. Come in and try a slice with butter."
    )
    said: list[str] = []
    assert gather(str(tmp_path), said.append, about=CHECKER.on_topic) == []
    assert "bread.txt: names no treatment" in said[0]


# -- answers -----------------------------------------------------------------------------------------------------------


def test_answers_pass_the_check_of_training_data(tmp_path: Path) -> None:
    answers = Answers(tmp_path / "a.jsonl")
    for offer in choose(given(*SENTENCES), CHECKER, 9, set()):
        for label in (offer.decision.label, *Label):
            found = agreed(offer, label)
            readings = offer.readings(label)
            cited, why = found or ((readings[:1], "") if readings else ((), "a reason"))
            answers.add(answer(offer, label, cited, voice="page", day=DAY, why=why))
            load_examples([answers.path], CHECKER.entries)
            answers.undo()
        answers.add(answer(offer, label, cited, voice="page", day=DAY, why=why))
    assert len(Answers(answers.path).rows) == len(SENTENCES)


def test_a_label_that_a_number_gives_says_so() -> None:
    (offer,) = choose(given("Ketamine was approved by the FDA as an anesthetic in 1985."), CHECKER, 1, set())
    assert offer.decision.reason == "number"
    assert agreed(offer, offer.decision.label) == (offer.cited, "" if offer.explains(offer.decision.label) else NUMBER)
    assert agreed(offer, Label.NO_CLAIM) == ((), "")


def test_a_file_without_a_last_line_break_is_continued_and_one_changed_meanwhile_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    first, second = choose(given(*SENTENCES[:2]), CHECKER, 2, set())
    Answers(path).add(answer(first, Label.NO_CLAIM, (), voice="page", day=DAY))
    path.write_bytes(path.read_bytes().rstrip())
    answers = Answers(path)
    answers.add(answer(second, Label.NO_CLAIM, (), voice="page", day=DAY))
    assert [row["text"] for row in lines(path)] == [o.given.sentence.text for o in (first, second)]
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(DataError, match="changed by another program"):
        answers.undo()


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "x"}\n')
    with pytest.raises(DataError, match=r"a.jsonl:1: group"):
        Answers(tmp_path / "a.jsonl")
    with pytest.raises(DataError, match=r"b.jsonl: cannot be written"):
        Answers(tmp_path / "none" / "b.jsonl")


# -- in a terminal -----------------------------------------------------------------------------------------------------


class Terminal:
    """`factcheck label` in a pseudo-terminal."""

    def __init__(self, source: Path, to: Path, *more: str) -> None:
        environment = {**os.environ, "TERM": "dumb", "COLUMNS": "100"}
        self.child = pexpect.spawn(
            str(COMMAND), ["label", str(source), "--to", str(to), *more], env=environment, encoding="utf-8", timeout=60
        )
        self.expect(r"\[q\] quit")

    def expect(self, pattern: str) -> str:
        self.child.expect(pattern)
        return str(self.child.before) + str(self.child.after)

    def press(self, keys: str, then: str = r"\[q\] quit") -> str:
        self.child.send(keys)
        return self.expect(then)

    def end(self) -> tuple[str, int | None]:
        self.child.expect(pexpect.EOF)
        self.child.close()
        return str(self.child.before), self.child.exitstatus


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.jsonl"
    path.write_text("".join(json.dumps({"text": t, "before": "Before."}) + "\n" for t in SENTENCES), encoding="utf-8")
    return path


def test_a_sitting_with_guide_undo_skip_interruption_and_resumption(source: Path, tmp_path: Path) -> None:
    to = tmp_path / "answers.jsonl"
    terminal = Terminal(source, to)
    assert "Before." in str(terminal.child.before)
    terminal.press("?", r"Hard cases\s+A number shows the section, any other key goes back")
    assert "When it denies the claim" in terminal.press("5")
    terminal.press("n", "no claim[^]]*2 of 5")
    assert len(lines(to)) == 1
    terminal.press("u", "unverified[^]]*3 of 5")
    terminal.press("z", "taken back: unverified")
    terminal.expect("2 of 5")
    assert len(lines(to)) == 1
    terminal.press("k", "3 of 5")
    terminal.press("x", "no such key")
    terminal.press("u", "4 of 5")
    asked = terminal.press("S", "Why, in|another label")
    terminal.press("w" if "another" in asked else "", "> ")
    terminal.child.sendcontrol("c")
    said, status = terminal.end()
    assert (status, "2 answers in" in said, "Traceback" in said) == (130, True, False)
    kept = to.read_bytes()

    last = Terminal(source, to)
    assert "2 of them labeled" in str(last.child.before)
    assert to.read_bytes() == kept
    for n in range(3):
        last.press("n", r"\[q\] quit" if n < 2 else "all of them are labeled")
    assert last.end()[1] == 0
    assert sorted(str(row["text"]) for row in lines(to)) == sorted(SENTENCES)
    assert len(load_examples([to], CHECKER.entries)) == 5


def test_claims_are_taken_from_the_checker_chosen_or_replaced_by_a_reason(tmp_path: Path) -> None:
    source, to = tmp_path / "source.jsonl", tmp_path / "a.jsonl"
    texts = [
        f"Ketamine is non-addictive, {tail}." for tail in ("as all our nurses say", "so relax", "whoever takes it")
    ]
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    terminal = Terminal(source, to)
    terminal.press("c", "contradicted: abuse-potential")
    terminal.expect("2 of 3")
    terminal.press("C", r"\[1\] .*another label")
    terminal.press("z", "2 of 3")
    terminal.press("C", r"\[1\] .*another label")
    terminal.press("1", "3 of 3")
    asked = terminal.press("S", "Why, in|another label")
    terminal.press("w" if "another" in asked else "", "> ")
    terminal.press("\r", "3 of 3")  # empty: the sentence again
    asked = terminal.press("S", "Why, in|another label")
    terminal.press("w" if "another" in asked else "", "> ")
    terminal.press("a joke of the writer\r", "all of them are labeled")
    assert terminal.end()[1] == 0
    first, second, third = lines(to)
    assert first["claims"][0]["entry"] == "abuse-potential"  # type: ignore[index]
    assert (second["label"], len(second["claims"])) == ("contradicted", 1)  # type: ignore[arg-type]
    assert (third["label"], third["claims"], third["why"]) == ("supported", [], "a joke of the writer")
    assert len(load_examples([to], CHECKER.entries)) == 3


def test_outside_a_terminal_it_says_so(source: Path, tmp_path: Path) -> None:
    result = run("label", source, "--to", tmp_path / "a.jsonl")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert not (tmp_path / "a.jsonl").exists()


def test_the_guide_has_the_sections_that_are_offered() -> None:
    sections = guide(guide_path().read_text(encoding="utf-8"))
    assert len(sections) <= 9, "one key a section"
    assert sum(text.count("| `mixed`") + text.count("| `mixed`:") for _, text in sections)
    for label in Label:
        assert any(f"`{label.value}`" in text for _, text in sections)


# -- two labelers, and training ----------------------------------------------------------------------------------------


def labeled(path: Path, labels: dict[str, str]) -> Path:
    rows = (
        {
            "id": f"{path.stem}-{n}",
            "group": "g",
            "text": t,
            "label": k,
            "voice": "page",
            "date": "2026-11-01",
            "why": "test",
        }
        for n, (t, k) in enumerate(labels.items())
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_kappa_and_disagreements_of_two_labelers(tmp_path: Path) -> None:
    ours = ["contradicted", "no_claim", "supported", "supported", "overstated"]
    theirs = ["contradicted", "no_claim", "supported", "overstated", "overstated"]
    a = labeled(tmp_path / "a.jsonl", {**dict(zip(SENTENCES, ours, strict=True)), "Only here.": "no_claim"})
    b = labeled(tmp_path / "b.jsonl", dict(reversed(list(zip(SENTENCES, theirs, strict=True)))))
    agreement = agree(a, b)
    assert agreement.kappa == pytest.approx(cohen_kappa_score(ours, theirs))
    assert (agreement.observed, agreement.only, len(agreement.pairs)) == (0.8, (1, 0), 5)
    settled, disputed = tmp_path / "settled.jsonl", tmp_path / "disputed.jsonl"
    result = run("agree", a, b, "--settled", settled, "--disputed", disputed)
    assert result.exit_code == 0
    assert f"Cohen's kappa\t{agreement.kappa:.3f}" in result.stdout
    assert f"A supported (test) | B overstated (test)\n  {SENTENCES[3]}" in result.stdout
    assert len(load_examples([settled], CHECKER.entries)) == 4
    assert [row["text"] for row in lines(disputed)] == [SENTENCES[3]]
    assert "label" not in lines(disputed)[0]


def test_kappa_is_not_made_up_where_it_is_not_defined(tmp_path: Path) -> None:
    a, b = (labeled(tmp_path / name, dict.fromkeys(SENTENCES, "no_claim")) for name in ("a.jsonl", "b.jsonl"))
    assert agree(a, b).kappa is None
    assert "not defined" in run("agree", a, b).stdout
    other = labeled(tmp_path / "c.jsonl", {"Something else.": "no_claim"})
    result = run("agree", a, other)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_training_takes_the_answers_in_and_the_card_says_so(tmp_path: Path) -> None:
    files = sorted((data_dir() / "training").glob("*.jsonl"))
    shipped = [line for path in files for line in path.read_text(encoding="utf-8").splitlines() if line][::60]
    base = tmp_path / "base.jsonl"
    base.write_text("\n".join(shipped), encoding="utf-8")
    answers = labeled(tmp_path / "answers.jsonl", {"Ketamine is sold in paper bags on our third floor.": "no_claim"})
    more = train(data_dir(), [base], tmp_path / "more", added=[answers], workers=1)
    own = list(own_wording(CHECKER.entries.values()))
    assert more.sentences == len(shipped) + 1 + len(own)
    assert "labeled by its users" in (tmp_path / "more" / "card.md").read_text(encoding="utf-8")


def test_the_option_reaches_the_training(tmp_path: Path) -> None:
    broken = tmp_path / "answers.jsonl"
    broken.write_text("{}\n")
    result = run("train", tmp_path / "model", "--training", labeled(tmp_path / "t.jsonl", {}), "--data", broken)
    assert (result.exit_code, "answers.jsonl:1: id" in result.stderr) == (2, True)


def test_rows_may_hold_characters_that_end_lines_elsewhere(tmp_path: Path) -> None:
    path = labeled(tmp_path / "a.jsonl", {"One line\u2028still one line": "no_claim"})
    path.write_text(json.dumps(json.loads(path.read_text()), ensure_ascii=False) + "\n", encoding="utf-8")
    assert [row.text for _, row in read_rows(path)] == ["One line\u2028still one line"]
