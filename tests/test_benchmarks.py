"""The benchmark's own code: it counts what it says, its parts run on what ships, and the documentation is filled from it."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from factcheck.check import FactChecker
from factcheck.domain import Document, Label, Page
from factcheck.extract import extract
from factcheck.gold import Gold, GoldLine

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "benchmarks"))

import ablation  # noqa: E402
import crawl  # noqa: E402
import curve  # noqa: E402
import extraction  # noqa: E402
import page  # noqa: E402
import parts  # noqa: E402
import processes  # noqa: E402
import record  # noqa: E402
import scale  # noqa: E402
import sentences  # noqa: E402
import stages  # noqa: E402
import tables  # noqa: E402
import verdicts  # noqa: E402

RESULTS = sorted(record.RESULTS.glob("*.json"))


# -- results and tables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", parts.PARTS)
def test_every_part_is_a_module_and_has_a_place_in_the_documentation(part: str) -> None:
    module = parts.module(part)
    assert callable(module.measure)
    assert callable(module.tables)
    assert module.PACKAGES
    assert f"<!-- measured: {part}" in (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", page.PAGES, ids=lambda p: p.name)
def test_the_documentation_holds_what_was_measured(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert page.filled(text) == text, "is not what benchmarks/results/ gives; run: make plots"


@pytest.mark.parametrize("path", RESULTS, ids=lambda p: p.stem)
def test_results_name_machine_and_versions_and_print(path: Path) -> None:
    result = json.loads(path.read_text(encoding="utf-8"))
    assert path.stem in parts.PARTS
    assert result["machine"]["cores"] >= 1
    assert result["versions"]["python"]
    assert all(t.text() for t in parts.module(path.stem).tables(result))
    assert record.line(result) in parts.shown(path.stem, result)


@pytest.mark.parametrize("part", ["verdicts", "ablation", "curve"])
def test_of_gold_only_scores_are_kept(part: str) -> None:
    result = record.load(part)
    if result is None:
        pytest.skip(f"{part} has not been measured")
    for row in result["rows"]:
        for scores in row["gold"].values():
            assert all(isinstance(value, int | float) for value in scores.values())


def test_what_was_not_measured_says_how_to(tmp_path: Path) -> None:
    text = "# A\n\n<!-- measured: start -->\n<!-- end -->\n\ntext\n"
    filled = page.filled(text, tmp_path)
    assert "make bench PART=start" in filled
    row = {"name": "x", "seconds": 1.234, "fastest": 1.0, "slowest": 2.0}
    record.save("start", record.about(["numpy", "no-such-package"]) | {"rounds": 3, "rows": [row]}, tmp_path)
    again = page.filled(filled, tmp_path)
    assert "| x | 1.23 | 1.00 | 2.00 |" in again
    assert "numpy" in again
    assert "no-such-package" not in again
    assert page.filled(again, tmp_path) == again
    assert again.endswith("<!-- end -->\n\ntext\n")


def test_the_command_prints_what_was_measured_and_names_the_parts() -> None:
    def bench(*asked: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "benchmarks" / "bench.py"), *asked]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    wrong = bench("verdict")
    assert wrong.returncode == 2
    assert "no part verdict; there are verdicts, ablation" in wrong.stderr
    shown = bench("start", "--print")
    assert shown.returncode == 0
    assert shown.stdout == "".join(
        f"{parts.shown(p.stem, json.loads(p.read_text()))}\n" for p in RESULTS if p.stem == "start"
    )


def test_a_table_is_the_same_on_the_terminal_and_in_the_documentation() -> None:
    table = tables.Table("Title", ("", "n"), [("a|b", tables.number(1234.5)), ("c", tables.number(None))], "Note.")
    assert table.text() == "Title\n\n         n\na|b  1,234\nc        -\nNote.\n"
    assert table.markdown() == "**Title**\n\n|  | n |\n| --- | --: |\n| a\\|b | 1,234 |\n| c | - |\n\nNote.\n"


# -- verdicts, ablation, curve ---------------------------------------------------------------------------------------


def test_scores_count_flags_and_whole_groups_without_ambiguous_lines() -> None:
    lines = (
        GoldLine("1", "a", "", Label.CONTRADICTED, group="g"),
        GoldLine("2", "b", "", Label.SUPPORTED, group="g"),
        GoldLine("3", "c", "", Label.OVERSTATED, group="h"),
        GoldLine("4", "d", "", Label.NO_CLAIM, ambiguous=True),
    )
    said = [Label.CONTRADICTED, Label.OVERSTATED, Label.OVERSTATED, Label.CONTRADICTED]
    found = verdicts.scores(Gold("x", lines, "", False), said)
    assert found["n"] == 3
    assert found["flagged_recall"] == 1.0
    assert found["flagged_precision"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["groups_right"] == 0.5


def test_the_cases_of_the_reference_set_that_are_measured_are_not_trained_on() -> None:
    bench = verdicts.Bench()
    trained = {e.text for e in bench.examples}
    cases = next(g for g in bench.golds if g.name == verdicts.CASES)
    assert len(cases.lines) > 100
    assert not trained & {line.text for line in cases.lines}
    some = Gold("some", cases.lines[:40], "", False)
    row = verdicts.measured("factcheck", bench.checker(bench.model), [some], 1)
    assert row["gold"]["some"]["n"] == 40
    assert row["gold"]["some"]["accuracy"] > 0.4
    blind = ablation.peers.Blind(bench.reader, types=ablation.NEGATION)
    assert len(bench.checker(bench.model, blind)(some.lines)) == 40


def test_what_a_part_is_worth_is_the_score_without_it_less_the_whole() -> None:
    def row(name: str, score: float) -> dict[str, Any]:
        scores = dict.fromkeys(verdicts.SCORES, score) | {"n": 10}
        return {"name": name, "sentences_per_second": 5, "gold": {"suite/read": scores, "suite/unread": scores}}

    result = {"rows": [row("factcheck", 0.75), row("without negation", 0.5)]}
    first, *others = ablation.tables(result)
    assert first.rows == [("without negation", "-0.250", "-0.250", "-0.250")]
    assert not any("suite/read" in name for name in first.head)
    assert [t.title for t in others] == ["Ablation, suite/read (10 sentences)", "Ablation, suite/unread (10 sentences)"]


def test_the_curve_draws_whole_groups_in_one_order() -> None:
    examples: Any = [SimpleNamespace(id=f"{g}-{n}", group=f"g{g}") for g in range(30) for n in range(3)]
    drawn = curve.mixed(examples)
    assert [e.id for e in curve.mixed(examples[::-1])[::3]] != [e.id for e in examples[::3]]
    assert [e.group for e in drawn[::3]] == [e.group for e in drawn[1::3]] == [e.group for e in drawn[2::3]]
    assert sorted(e.id for e in drawn) == sorted(e.id for e in examples)


# -- extraction and sentences ----------------------------------------------------------------------------------------

HTML = b"""<body><h1>Our care for you</h1><ul><li>A calm and quiet room</li><li>Map</li><li>Something not in the text</li></ul>
<script type="application/ld+json">{"@type": "FAQPage", "mainEntity": [{"@type": "Question", "acceptedAnswer":
{"@type": "Answer", "text": "<b>About two hours</b> in all"}}]}</script>
<script type="application/ld+json">{broken</script></body>"""


def test_elements_that_stand_in_the_main_text() -> None:
    example = extraction.Example(
        1, "service", HTML, "Our care for you. A calm and quiet room. Map. About two hours in all."
    )
    assert extraction.elements(example) == {
        "list items": ["a calm and quiet room"],
        "headings": ["our care for you"],
        "FAQ answers": ["about two hours in all"],
    }


def test_word_scores() -> None:
    assert extraction.score("A b b c", "a b d") == (0.5, pytest.approx(2 / 3), pytest.approx(4 / 7))
    assert extraction.score("", "") == (1.0, 1.0, 1.0)
    assert extraction.score("x", "") == (0.0, 0.0, 0.0)


def test_extractors_are_scored_by_page_type() -> None:
    examples = [extraction.Example(n, kind, HTML, "Our care for you") for n, kind in enumerate(extraction.KINDS)]
    found = extraction.scored(lambda _: "our care for you", examples, 2)
    assert [found[kind]["f1"] for kind in extraction.KINDS] == [1.0, 1.0]
    assert found["service"]["kept"] == {"headings": 1.0}


def test_extraction_is_left_out_without_its_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACTCHECK_BENCH_DATA", str(tmp_path))
    with pytest.raises(parts.Absent, match="FACTCHECK_BENCH_DATA"):
        extraction.measure(parts.Options())
    with pytest.raises(parts.Absent, match="FACTCHECK_BENCH_DATA"):
        parts.module("strength").measure(parts.Options())


def test_golden_rules_are_kept_or_counted_as_broken() -> None:
    assert len(sentences.golden(lambda text: [text])) > 10
    assert len(sentences.golden(sentences.ours)) <= 1
    assert {"sentencex", "spaCy sentencizer"} <= set(sentences.peers())
    assert sentences.speed(sentences.ours, 1) > 100


# -- crawls, processes, stages ---------------------------------------------------------------------------------------


def test_copies_of_a_page_share_no_sentence_of_four_words() -> None:
    html = "<p>Ketamine is an anesthetic. It works.</p><script>var a = 'one two three four.';</script>"
    first, second = crawl.varied(html, 0), crawl.varied(html, 1)
    assert first == html.replace("anesthetic.", f"anesthetic in {crawl.place(0)}.")
    assert first != second
    assert len({crawl.place(n) for n in range(50_000)}) == 50_000


def test_sets_of_pages_and_their_addresses(tmp_path: Path) -> None:
    own = crawl.fixtures()
    assert crawl.page_sets(tmp_path) == {"fixture pages": (own, "")}
    for name in ("html", "ground-truth"):
        (tmp_path / "wcxb" / name).mkdir(parents=True)
    for n, kind in (("0001", "article"), ("0002", "service")):
        (tmp_path / "wcxb" / "html" / f"{n}.html.gz").write_bytes(gzip.compress(f"<p>{n}</p>".encode()))
        truth = {"_internal": {"page_type": {"primary": kind}}}
        (tmp_path / "wcxb" / "ground-truth" / f"{n}.json").write_text(json.dumps(truth))
    sets = crawl.page_sets(tmp_path)
    assert list(sets) == ["fixture pages", "service pages", "article pages", "service pages, all judged"]
    assert sets["service pages, all judged"] == (["<p>0002</p>"], crawl.TOPIC)
    assert crawl.originals(tmp_path) == [*own, "<p>0002</p>", "<p>0001</p>"]
    (url, html), *_ = crawl.copies(["<p>Nothing of it</p>"], 1, crawl.TOPIC)
    document = extract(Page(url, html, "text/html"))
    assert isinstance(document, Document)
    assert FactChecker.load().on_topic(document)


def test_a_process_is_measured_and_its_failure_told() -> None:
    took = processes.run([sys.executable, "-c", "print(sum(range(30_000_000)))"], cores=1, sample=True)
    assert took.output.strip() == "449999985000000"
    assert took.seconds > 0
    assert took.cpu_seconds > 0
    assert took.megabytes > 1
    with pytest.raises(SystemExit, match="no good"):
        processes.run([sys.executable, "-c", "raise SystemExit('no good')"], cores=1)
    assert processes.run([sys.executable, "-c", "raise SystemExit(1)"], cores=1, accepted=(0, 1)).output == ""


def test_scale_runs_on_what_ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACTCHECK_BENCH_DATA", str(tmp_path))
    result = scale.measure(parts.Options(sizes=("4",)))
    (row,) = result["rows"]
    assert row["count"] == 4
    assert min(row["seconds"], row["cpu_seconds"], row["peak_megabytes"], row["store_kb"], row["archive_kb"]) > 0
    assert all(table.text() for table in scale.tables(result))


def test_what_a_page_costs_leaves_starting_up_out() -> None:
    keys = ("seconds", "cpu_seconds", "parent_seconds", "store_kb", "archive_kb", "megabytes")
    rows = [{"count": n} | dict.fromkeys(keys, 5 + 2 * n) for n in (10, 110)]
    assert scale.per_page({"rows": rows}) == dict.fromkeys(keys, 2.0)


FOLDED = [
    "<module> (x.py:1);FactChecker.load (factcheck/check.py:80) 50",
    "main (x.py:1);FactChecker.check_page (factcheck/check.py:109);extract (factcheck/extract.py:58);x (y.py:3) 6",
    "main (x.py:2);FactChecker.check_page (factcheck/check.py:109);extract (factcheck/extract.py:58);x (y.py:3) 1",
    "main (x.py:1);FactChecker.check_page (factcheck/check.py:109);Weigher.weigh (factcheck/weigh.py:1) 2",
    "main (x.py:1);FactChecker.check_page (factcheck/check.py:109);Weigher.weigh (factcheck/weigh.py:1);"
    "propose (factcheck/propose.py:9) 2",
    "main (x.py:1);FactChecker.check_page (factcheck/check.py:109);Suggester.suggest (factcheck/reword.py:1);"
    "Reader.read (factcheck/read.py:9) 4",
    "main (x.py:1);FactChecker.check_page (factcheck/check.py:109) 5",
]


def test_samples_count_for_the_outermost_stage() -> None:
    stacks = stages.scan_stacks(FOLDED)
    assert stacks.total() == 20
    found = {name: n for name, n in stages.by_stage(stacks).items() if n}
    assert found == {"extract": 7, "weigh": 2, "propose": 2, "reword": 4, "other": 5}


def test_the_frames_by_which_stages_are_told_exist() -> None:
    for name, pattern in stages.STAGES.items():
        for module in re.findall(r"factcheck/(\w+)\\\.py", pattern):
            assert (ROOT / "factcheck" / f"{module}.py").is_file(), name


def test_rare_ends_of_stacks_are_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "LEAST", 0.2)
    cut = stages.pruned(stages.scan_stacks(FOLDED))
    assert cut.total() == 20
    assert cut["FactChecker.check_page (factcheck/check.py)", "Weigher.weigh (factcheck/weigh.py)"] == 4
    assert not any("propose" in frame for stack in cut for frame in stack)


def test_plots_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="Matplotlib is in the benchmark's own environment (make bench)")
    import plots

    (tmp_path / "again").mkdir()
    first, again = plots.draw(tmp_path), plots.draw(tmp_path / "again")
    assert [p.name for p in first] == [f"bench-{p.stem}.svg" for p in RESULTS if p.stem in plots.PLOTS]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]
