"""Where a sentence stands in its file, and what silences a finding: comments, settings, a baseline. Each needs a reason."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from test_reports import ENTRY

from factcheck.baseline import Baseline
from factcheck.border import DataError
from factcheck.domain import Claim, Finding, Label, Page, Report, Sentence, Severity, Stance, Strength
from factcheck.extract import extract
from factcheck.locate import SourceText
from factcheck.pages import Policy, check_sources
from factcheck.settings import Settings, check_topics, find_settings, load_settings
from factcheck.split import split

WORDS = {
    "FDA-approved": replace(ENTRY, id="approval.depression", topic="approval"),
    "non-addictive": replace(ENTRY, id="dependence", topic="dependence"),
}


class Checker:
    """Contradicts what holds certain words, by an entry for each."""

    def check_page(self, page: Page) -> Report:
        document = extract(page)
        assert not isinstance(document, type(None))
        findings = tuple(self._finding(s) for s in split(document))  # type: ignore[arg-type]
        return Report(page.source, document.title, document.text, findings)  # type: ignore[union-attr]

    def _finding(self, sentence: Sentence) -> Finding:
        claims = tuple(
            Claim(entry, Stance.ASSERTS, Strength.FLAT, Label.CONTRADICTED)
            for word, entry in WORDS.items()
            if word in sentence.text
        )
        label = Label.CONTRADICTED if claims else Label.NO_CLAIM
        return Finding(sentence.text, sentence, label, 0.9, None, "", claims, "")


def scan(path: Path | str, settings: Settings | None = None, baseline: Baseline | None = None) -> Report:
    (report,) = check_sources([str(path)], Checker(), Policy(settings or Settings(), baseline))
    return report


def write(folder: Path, text: str, name: str = "a.html") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def notices(report: Report) -> list[tuple[int | None, str]]:
    return [(notice.line, notice.text) for notice in report.notices]


# -- where ---------------------------------------------------------------------------------------------------------------

HTML = """<!DOCTYPE html>
<title>Ketamine is FDA-approved | A clinic</title>
<meta name="description" content="Our ketamine is FDA-approved &amp; cheap, for all.">
<script>var text = "Ketamine is non-addictive.";</script>
<p>Some words first. Ketamine
  is <b>FDA</b>-approved&nbsp;for K&eacute;vin&rsquo;s de&shy;pression. More.</p>
<ul><li>Ketamine is non-addictive.</li>
<li>Ketamine is non-addictive.</li></ul>
"""


def test_lines_and_columns_in_html(tmp_path: Path) -> None:
    report = scan(write(tmp_path, HTML))
    spans = {}
    for f in report.findings:
        spans.setdefault((f.sentence.channel.value, f.sentence.text[:30]), []).append(f.sentence.source_span)
    (body,) = spans["body", "Ketamine is FDA-approved for K"]
    assert (body.line, body.column, body.end_line) == (5, 22, 6)
    assert HTML.split("\n")[5][: body.end_column - 1].endswith("de&shy;pression.")
    assert [s.line for s in spans["body", "Ketamine is non-addictive."]] == [7, 8]
    assert [s.line for s in spans["title", "Ketamine is FDA-approved | A c"]] == [2]
    assert [s.line for s in spans["meta", "Our ketamine is FDA-approved &"]] == [3]


@pytest.mark.parametrize("name", ["a.html", "a.md", "a.txt"])
def test_lines_that_end_as_on_windows_are_placed_alike(tmp_path: Path, name: str) -> None:
    text = (
        HTML if name == "a.html" else "# Help\n\nHi.\n\n- Ketamine is non-addictive.\n- Ketamine is\n  FDA-approved.\n"
    )
    reports = []
    for end in ("\n", "\r\n"):
        (tmp_path / name).write_bytes(text.replace("\n", end).encode())
        reports.append(scan(tmp_path / name))
    assert len(reports[0].findings) >= 1
    assert reports[0] == reports[1]
    for report in reports:
        assert all(report.text[f.sentence.start : f.sentence.end] == f.sentence.text for f in report.sentences)


def test_lines_in_markdown_and_text(tmp_path: Path) -> None:
    text = "---\ntitle: x\n---\n# Title\n\n"
    text += "A [link](https://example.org/Ketamine-is) first. Ketamine is\n**FDA-approved** [for](x) all.\n"
    (found,) = scan(write(tmp_path, text, "a.md")).findings
    assert (found.sentence.source_span.line, found.sentence.source_span.end_line) == (6, 7)  # type: ignore[union-attr]
    (found,) = scan(write(tmp_path, "\ufeffOne line.\r\n\r\nKetamine is non-addictive.\r\n", "a.txt")).findings
    assert found.sentence.source_span.line == 3  # type: ignore[union-attr]


def test_locating_stays_fast_on_hostile_sources() -> None:
    began = time.perf_counter()
    for text in (
        "<!--" * 100_000,
        "<a " * 200_000,
        "<script>" * 50_000,
        "No " * 200_000,
        "&" * 500_000,
        "](" * 200_000,
    ):
        for media_type in ("text/html", "text/markdown"):
            SourceText(text, media_type).find([Sentence("No", 0, 2), Sentence("NoNo", 0, 4), Sentence("", 0, 0)] * 100)
    assert time.perf_counter() - began < 5  # 0.9 s when written; quadratic work would take minutes


# -- comments ------------------------------------------------------------------------------------------------------------

IGNORE = "<!-- factcheck: ignore approval.depression quoted from a warning letter -->"


@pytest.mark.parametrize(
    "text",
    [
        f"{IGNORE}<p>Ketamine is FDA-approved.</p>",
        f"<p>{IGNORE}Ketamine is FDA-approved.</p>",
        f"<p>Ketamine is FDA-approved. {IGNORE}</p>",
        f"<p>First words.</p>\n{IGNORE}\n<div>\n<p>Ketamine is <b>FDA-approved</b>.</p></div>",
        f"<ul><li>Ketamine is FDA-approved. {IGNORE}</li><li>Other words.</li></ul>",
        "<p>Ketamine is FDA-approved. <!--factcheck:ignore approval.depression: quoted from a warning letter--></p>",
    ],
)
def test_a_comment_covers_its_block(tmp_path: Path, text: str) -> None:
    report = scan(write(tmp_path, text))
    assert report.findings == ()
    (silenced,) = report.suppressed
    assert silenced.suppressed is not None
    assert (silenced.suppressed.kind, silenced.suppressed.reason) == ("inline", "quoted from a warning letter")
    assert not silenced.fails(Label.SUPPORTED)
    assert report.notices == ()


@pytest.mark.parametrize(
    "text",
    [f"{IGNORE}\n\nKetamine is FDA-approved.\n", f"# A\n\nWords.\n\n- One\n- Ketamine is FDA-approved. {IGNORE}\n"],
)
def test_a_comment_in_markdown(tmp_path: Path, text: str) -> None:
    report = scan(write(tmp_path, text, "a.md"))
    assert (report.findings, len(report.suppressed), report.notices) == ((), 1, ())


def test_a_comment_covers_nothing_else(tmp_path: Path) -> None:
    text = f"<p>Ketamine is FDA-approved.</p>\n<p>{IGNORE}Nothing here.</p>\n<p>Ketamine is FDA-approved.</p>"
    report = scan(write(tmp_path, text))
    assert len(report.findings) == 2
    assert notices(report) == [
        (2, "unused suppression: nothing in its block is flagged for approval.depression; remove it")
    ]


def test_every_entry_that_flags_has_to_be_named(tmp_path: Path) -> None:
    sentence = "Ketamine is FDA-approved and non-addictive."
    report = scan(write(tmp_path, f"<p>{IGNORE}{sentence}</p>"))
    assert len(report.findings) == 1
    assert report.notices == ()  # it is needed, though not enough
    both = IGNORE.replace("approval.depression", "approval.depression, dependence")
    assert scan(write(tmp_path, f"<p>{both}{sentence}</p>")).findings == ()
    two = IGNORE + "<!-- factcheck: ignore dependence another reason -->"
    (silenced,) = scan(write(tmp_path, f"<p>{two}{sentence}</p>")).suppressed
    assert silenced.suppressed.reason == "quoted from a warning letter; another reason"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "rest", ["", " approval.depression", " approval.depression ", " approval.depression, dependence", "*"]
)
def test_a_comment_without_a_reason_is_refused(tmp_path: Path, rest: str) -> None:
    report = scan(write(tmp_path, f"<p>\n<!-- factcheck: ignore{rest} -->Ketamine is FDA-approved.</p>"))
    assert len(report.findings) == 1
    ((line, text),) = notices(report)
    assert line == 2
    assert text.startswith("suppression refused: it needs an entry and a reason")


def test_a_fetched_page_cannot_silence_its_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page("https://example.org/", f"<p>{IGNORE}Ketamine is FDA-approved.</p>".encode(), "text/html")
    monkeypatch.setattr("factcheck.pages.load", lambda source, **_: iter([page]))
    report = scan("https://example.org/")
    assert len(report.findings) == 1
    assert notices(report) == [(None, "suppressions on a fetched page are not honored")]


# -- baseline ------------------------------------------------------------------------------------------------------------


def test_a_baseline_knows_findings_by_page_sentence_and_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = write(tmp_path, "<p>Ketamine is FDA-approved.</p><p>Ketamine is non-addictive.</p>")
    path = tmp_path / "known" / "baseline.json"
    path.parent.mkdir()
    known = Baseline(path)
    assert len(scan(page, baseline=known).findings) == 2
    assert known.write() == 2
    rows = json.loads(path.read_text())
    assert rows["version"] == 1
    assert rows["findings"][0] == {
        "page": "../a.html",
        "text": "Ketamine is FDA-approved.",
        "entry": "approval.depression",
    }

    # Elsewhere on the page, and from another folder, they are still known; a new one is not.
    write(
        tmp_path,
        "<h1>New</h1>\n\n<p>Ketamine is non-addictive.</p><p>It is FDA-approved.</p><p>Ketamine is FDA-approved.</p>",
    )
    monkeypatch.chdir(tmp_path)
    report = scan("a.html", baseline=Baseline.read(path))
    assert [f.sentence.text for f in report.findings] == ["It is FDA-approved."]
    assert {f.suppressed.kind for f in report.suppressed} == {"baseline"}  # type: ignore[union-attr]
    assert report.notices == ()


def test_what_is_gone_from_a_page_is_said_and_dropped(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    first = Baseline(path)
    scan(write(tmp_path, "Ketamine is FDA-approved.\n\nKetamine is non-addictive.", "a.txt"), baseline=first)
    scan(write(tmp_path, "Ketamine is non-addictive.", "b.txt"), baseline=first)
    first.write()
    again = Baseline.read(path)
    report = scan(write(tmp_path, "Ketamine is non-addictive.", "a.txt"), baseline=again)
    assert notices(report) == [
        (None, f"1 known finding is no longer on this page; --write-baseline drops them from {path}")
    ]
    assert again.write() == 2  # one on a, and b, which was not read
    assert {(k.page, k.entry) for k in Baseline.read(path).known} == {("a.txt", "dependence"), ("b.txt", "dependence")}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{", "Invalid JSON"),
        ('{"version": 2, "findings": []}', "version"),
        ('{"version": 1, "findings": [{}]}', "findings.0.page"),
    ],
)
def test_a_broken_baseline_is_named(tmp_path: Path, text: str, hint: str) -> None:
    path = write(tmp_path, text, "baseline.json")
    with pytest.raises(DataError, match=hint):
        Baseline.read(path)
    with pytest.raises(DataError, match="no such baseline"):
        Baseline.read(tmp_path / "none.json")


# -- settings ------------------------------------------------------------------------------------------------------------


def settings(folder: Path, text: str, name: str = "factcheck.toml") -> Settings:
    return load_settings(write(folder, text, name))


def test_severity_per_topic(tmp_path: Path) -> None:
    page = write(tmp_path, "<p>Ketamine is FDA-approved.</p><p>Ketamine is non-addictive.</p>")
    off = '[severity]\napproval = "note"\ndependence = {level = "off", reason = "checked by the pharmacist"}\n'
    report = scan(page, settings(tmp_path, off))
    (found,) = report.findings
    assert (found.weight, found.fails(Label.CONTRADICTED)) == (Severity.NOTE, False)
    (silenced,) = report.suppressed
    assert silenced.suppressed.reason == "checked by the pharmacist"  # type: ignore[union-attr]
    error = scan(page, settings(tmp_path, '[severity]\napproval = "error"\n'))
    assert [f.fails(Label.CONTRADICTED) for f in error.findings] == [True, True]
    # With two topics the heavier counts.
    both = write(tmp_path, "<p>Ketamine is FDA-approved and non-addictive.</p>")
    assert scan(both, settings(tmp_path, off)).findings[0].weight is Severity.NOTE
    assert scan(both, settings(tmp_path, '[severity]\napproval = "note"\n')).findings[0].weight is Severity.ERROR


def test_excluded_paths(tmp_path: Path) -> None:
    for name in ("a.txt", "old.bak.txt", "drafts/b.txt", "site/c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write(tmp_path, "Ketamine is FDA-approved.", name)
    found = settings(tmp_path, 'exclude = ["drafts/", "*.bak.txt", "site/c*"]')
    reports = list(check_sources([str(tmp_path)], Checker(), Policy(found)))
    assert [Path(r.source).name for r in reports] == ["a.txt"]
    named = scan(tmp_path / "old.bak.txt", found)
    assert named.skipped is not None
    assert (named.skipped.unreadable, "excluded by" in named.skipped.reason) == (False, True)


def test_settings_are_found_from_below(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    write(tmp_path, "[tool.other]\n", "pyproject.toml")
    outer = find_settings(below)
    assert outer is None or not outer.is_relative_to(tmp_path)
    write(tmp_path, '[tool.factcheck]\nreference = ["mine"]\nfail-on = "overstated"\n', "pyproject.toml")
    path = find_settings(below)
    assert path == tmp_path / "pyproject.toml"
    found = load_settings(path)
    assert (found.reference_folders, found.fail_on) == ([tmp_path / "mine"], Label.OVERSTATED)
    write(tmp_path / "a", "", "factcheck.toml")
    assert find_settings(below) == tmp_path / "a" / "factcheck.toml"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a = ", "not valid TOML"),
        ("colour = 1", "colour: no such setting; use one of reference, exclude, baseline, fail-on, inline, severity"),
        (
            '[severity]\ncost = {level = "note", why = "x"}',
            "severity.cost.why: no such setting; use one of level, reason",
        ),
        ('[severity]\ncost = "loud"', "severity.cost.level: should be 'error', 'warning', 'note' or 'off'"),
        ('[severity]\ncost = "off"', "cost is off without a reason"),
        ('fail-on = "bad"', "fail-on"),
        ("exclude = 1", "exclude"),
    ],
)
def test_broken_settings_are_named(tmp_path: Path, text: str, hint: str) -> None:
    with pytest.raises(DataError, match=hint) as raised:
        settings(tmp_path, text)
    assert str(raised.value).startswith(f"{tmp_path}/factcheck.toml: ")
    assert "\n" not in str(raised.value)


def test_a_topic_has_to_exist(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"severity\.costs: no entry has this topic; use one of cost"):
        check_topics(settings(tmp_path, '[severity]\ncosts = "note"'), frozenset({"cost"}))


def test_the_settings_of_the_readme_hold(tmp_path: Path) -> None:
    root = Path(__file__).parent.parent
    (block,) = re.findall(r"```toml\n(.*?)```", (root / "README.md").read_text(), re.DOTALL)
    found = settings(tmp_path, block)
    topics = {path.stem for path in (root / "data/reference").glob("*.yaml")}
    check_topics(found, frozenset(topics))
    assert found.severity["cost"].reason
    (comment,) = re.findall(r"```html\n(.*?)\n```", (root / "README.md").read_text(), re.DOTALL)
    page = write(tmp_path, f"<p>{comment.replace('abuse-potential', 'dependence')}Ketamine is non-addictive.</p>")
    assert len(scan(page).suppressed) == 1
