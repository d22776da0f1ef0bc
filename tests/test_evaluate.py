"""`factcheck evaluate`: the numbers of the published scorer, floors that hold, and gold whose sentences stay unseen."""

from __future__ import annotations

import gzip
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from factcheck.border import DataError
from factcheck.check import FactChecker
from factcheck.cli import app
from factcheck.domain import Label, Sentence
from factcheck.evaluate import Change, changes, evaluate
from factcheck.floors import Pinned, below, load_floors, pin
from factcheck.gold import Gold, GoldLine, load_gold
from factcheck.paths import bench_dir
from factcheck.reports import shape
from factcheck.scores import Outcome, accuracy, intervals, macro_f1

CHECKER = FactChecker.load()
SCORER = bench_dir() / "score.py"
LINES: list[dict[str, Any]] = [
    {"text": "Ketamine is non-addictive.", "label": "contradicted", "entries": ["abuse-potential"], "group": "a"},
    {
        "text": "Ketamine is FDA-approved for depression.",
        "label": "contradicted",
        "entries": ["nmda-antagonist"],
        "group": "a",
    },
    {"text": "Call us today to book a visit.", "label": "no_claim", "group": "b"},
    {"text": "Ketamine cures depression.", "label": "overstated", "entries": ["permanent-cure"], "group": "b"},
    {"text": "Ketamine blocks NMDA receptors.", "label": "supported", "entries": ["nmda-antagonist"]},
    {
        "text": "It may help some people.",
        "before": "Ketamine is used for PTSD.",
        "label": "supported",
        "entries": ["ptsd"],
    },
    {"text": "Yoga relieves back pain in most adults.", "label": "unverified"},
    {"text": "Ketamine is an opioid.", "label": "supported", "ambiguous": True},
]


def gold_file(folder: Path, name: str = "small.jsonl", lines: list[dict[str, Any]] = LINES) -> Path:
    text = "".join(json.dumps({"id": f"s{n}", **line}) + "\n" for n, line in enumerate(lines))
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", SCORER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not SCORER.is_file(), reason="no benchmark data (set FACTCHECK_BENCH_DATA)")
@pytest.mark.parametrize("source", ["small", "dev"])
def test_the_numbers_are_those_of_the_published_scorer(tmp_path: Path, source: str) -> None:
    path = gold_file(tmp_path) if source == "small" else SCORER.parent / "gold" / "dev.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    sentences = [Sentence(r["text"], 0, len(r["text"]), before=r.get("before") or "") for r in rows]
    found = [{"id": r["id"], **shape.finding(f)} for r, f in zip(rows, CHECKER.check_sentences(sentences), strict=True)]
    for prediction, row in zip(found, rows, strict=True):
        prediction["id"] = row["id"]
    expected = scorer().score(rows, found)
    (part,) = json.loads(run("evaluate", path, "--format", "json").stdout)["gold"]
    assert {name: part[name] for name in expected} == expected


def test_the_table_shows_scores_confusions_and_the_surest_errors(tmp_path: Path) -> None:
    out = run("evaluate", gold_file(tmp_path)).stdout
    assert "7 sentences" in out
    assert "95 % interval" in out
    assert "overstated read as contradicted: 1" in out
    assert "Ketamine cures depression." in out
    assert "Ketamine is an opioid." not in out


@pytest.mark.parametrize("name", ["blind.jsonl", "blind.jsonl.gz"])
@pytest.mark.parametrize("format_", ["text", "json"])
def test_blind_gold_gets_aggregates_only(tmp_path: Path, name: str, format_: str) -> None:
    out = run("evaluate", gold_file(tmp_path, name), "--format", format_).stdout
    assert "accuracy" in out
    for line in LINES:
        assert line["text"] not in out
    for word in ("read as", "confusion", "by_label", "errors", "recall of contradicted"):
        assert word not in out


def test_no_sentences_on_request(tmp_path: Path) -> None:
    out = run("evaluate", gold_file(tmp_path), "--no-sentences").stdout
    assert "gold, read as" in out
    assert "Ketamine cures depression." not in out


def group(name: str, kind: str = "negation") -> str:
    return (
        f"- group: {name}\n  kind: {kind}\n  lines:\n"
        "  - {text: Ketamine is an opioid., label: contradicted, entry: ketamine-not-an-opioid}\n"
        "  - {text: Ketamine is not an opioid., label: supported}\n"
        "  - {text: It is an opioid., before: We offer ketamine., label: contradicted}\n"
    )


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    folder = tmp_path / "behaviour"
    for part in ("read", "unread"):
        (folder / part).mkdir(parents=True)
        (folder / part / "a.yaml").write_text(group(f"{part}-1") + group(f"{part}-2", "drug-swap"))
    return folder


def test_a_behavior_suite_is_scored_by_part_and_kind_and_unread_stays_unseen(suite: Path) -> None:
    read, unread = load_gold(suite)
    assert (read.name, read.hidden, unread.name, unread.hidden) == ("behaviour/read", False, "behaviour/unread", True)
    assert [line.kind for line in unread.lines] == ["negation"] * 3 + ["drug-swap"] * 3
    assert load_gold(suite / "unread")[0] == unread
    parts = json.loads(run("evaluate", suite, "--format", "json").stdout)["gold"]
    assert set(parts[1]["kinds"]) == {"negation", "drug-swap"}
    assert parts[1]["kinds"]["negation"]["lines"] == 3
    assert "errors" in parts[0]
    assert "errors" not in parts[1]
    assert "opioid" not in run("evaluate", suite / "unread").stdout


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.replace("kind: negation", "kind: other"), r"a.yaml:1: row 1: kind"),
        (lambda t: t.replace("label: supported", "label: true"), r"a.yaml:1: row 1: lines.1.label"),
        (lambda t: t.replace("text: Ketamine is not", "sentence: Ketamine is not"), r"a.yaml:1: row 1: lines.1"),
        (lambda t: "\n".join(t.split("\n")[:4]) + "\n", r"a.yaml:1: row 1: lines: .*at least 3"),
        (lambda t: t + t, r"a.yaml: same: a group of this name stands in .*a.yaml already"),
        (lambda t: "groups: none\n", "expected a list"),
        (lambda t: "- [", "not valid YAML"),
    ],
)
def test_a_broken_suite_is_one_line(tmp_path: Path, change: Callable[[str], str], message: str) -> None:
    (tmp_path / "a.yaml").write_text(change(group("same")))
    with pytest.raises(DataError, match=message) as caught:
        load_gold(tmp_path)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b"{", "a.jsonl:1: broken JSON"),
        ("a.jsonl", b'{"id": "1", "text": "x", "label": "true"}', "a.jsonl:1: label"),
        ("a.jsonl", b"[]", "a.jsonl:1: line"),
        ("a.jsonl", b'{"id": "1", "text": "x", "label": "no_claim"}\n' * 2, "a.jsonl:2: id 1 stands twice"),
        ("a.jsonl", b"\n", "no gold sentences"),
        ("a.jsonl.gz", b"plain", "not a whole gzip file"),
        ("a.jsonl.gz", gzip.compress(b"{}")[:-9], "not a whole gzip file"),
    ],
)
def test_broken_gold_is_one_line_and_exit_code_2(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    result = run("evaluate", tmp_path / name)
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert message in result.stderr


def test_missing_gold_is_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path):
        result = run("evaluate", path)
        assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


def test_floors_are_pinned_held_and_lowered_only_on_purpose(tmp_path: Path) -> None:
    gold, floors = gold_file(tmp_path), tmp_path / "floors.json"
    assert "no floors are pinned" in run("evaluate", gold, "--gate", "--floors", floors).stderr
    assert run("evaluate", gold, "--pin", "--floors", floors).exit_code == 0
    assert run("evaluate", gold, "--gate", "--floors", floors).exit_code == 0
    pinned = json.loads(floors.read_text())
    pinned["small.jsonl"]["floors"] |= {"accuracy": 0.99, "calibration error": 0.001}
    floors.write_text(json.dumps(pinned))
    failed = run("evaluate", gold, "--gate", "--floors", floors)
    assert failed.exit_code == 1
    assert "small.jsonl: accuracy is 0.8571, its floor 0.9900" in failed.stdout
    assert "calibration error is" in failed.stdout
    refused = run("evaluate", gold, "--pin", "--floors", floors)
    assert refused.exit_code == 2
    assert "accuracy from 0.99 to 0.857" in refused.stderr
    assert json.loads(floors.read_text()) == pinned
    assert run("evaluate", gold, "--pin", "--lower", "--floors", floors).exit_code == 0
    assert run("evaluate", gold, "--gate", "--floors", floors).exit_code == 0
    gold.write_text(gold.read_text() + "\n")
    assert "not those that the floors were pinned on" in run("evaluate", gold, "--gate", "--floors", floors).stderr
    assert run("evaluate", gold, "--lower").exit_code == 2


def test_a_score_that_goes_away_falls_short() -> None:
    floors = {"g": Pinned(sha256="x", floors={"groups right": 0.5})}
    assert [s.score for s in below(floors, "g", "x", {})] == ["groups right"]
    raised = pin(
        floors,
        "g",
        "y",
        {"groups right": 0.6789, "calibration error": 0.1231},
        ["groups right", "calibration error"],
        lower=False,
    )
    assert raised["g"].floors == {"groups right": 0.678, "calibration error": 0.124}


def test_broken_floors_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    for text in ("{", "[]", '{"g": {"sha256": "x"}}'):
        path.write_text(text)
        with pytest.raises(DataError, match=r"floors.json: "):
            load_floors(path)


def test_against_another_model_lists_what_is_gained_and_lost(tmp_path: Path) -> None:
    lines = (
        GoldLine("1", "Ketamine is an opioid.", "", Label.CONTRADICTED),
        GoldLine("2", "Call us.", "", Label.NO_CLAIM),
    )
    after = evaluate(Gold("g", lines, "", False), CHECKER)
    assert changes(after, after) == []
    line = lines[0]
    cases = {
        (Label.SUPPORTED, Label.CONTRADICTED): ("gained", True),
        (Label.CONTRADICTED, Label.UNVERIFIED): ("lost", False),
        (Label.CONTRADICTED, Label.OVERSTATED): ("changed", False),
        (Label.NO_CLAIM, Label.OVERSTATED): ("gained", True),
    }
    for (before, now), expected in cases.items():
        change = Change(line, before, now)
        assert (change.kind, change.right) == expected
    from factcheck.check import DEFAULT_MODEL
    from factcheck.paths import models_dir

    out = run("evaluate", gold_file(tmp_path), "--against", models_dir() / DEFAULT_MODEL).stdout
    assert "findings gained against the other model: 0, 0 rightly, 0 wrongly" in out


def test_intervals_hold_the_score_and_are_the_same_again() -> None:
    outcomes = [Outcome(Label.SUPPORTED, Label.SUPPORTED, 0.9)] * 70 + [
        Outcome(Label.OVERSTATED, Label.NO_CLAIM, 0.9)
    ] * 30
    low, high = intervals(outcomes)["accuracy"]
    assert low < accuracy(outcomes) < high
    assert high - low == pytest.approx(2 * 1.96 * (0.7 * 0.3 / 100) ** 0.5, rel=0.1)  # the normal approximation
    assert intervals(outcomes) == intervals(outcomes)
    assert intervals(outcomes)["flagged F1"] == (0.0, 0.0)


def test_a_rare_label_that_a_draw_misses_does_not_raise_the_interval() -> None:
    outcomes = [Outcome(Label.SUPPORTED, Label.SUPPORTED, 0.9)] * 99 + [Outcome(Label.UNVERIFIED, Label.SUPPORTED, 0.9)]
    assert intervals(outcomes)["macro-F1"][1] == pytest.approx(macro_f1(outcomes), abs=0.01)
