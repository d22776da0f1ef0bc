"""Report formats on findings made by hand, so that every field and oddity of a page can be put into them."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from factcheck.domain import (
    BlockKind,
    Channel,
    Claim,
    Cue,
    Disclosed,
    Disclosure,
    Entry,
    FactcheckError,
    Finding,
    Grade,
    Label,
    Report,
    Sentence,
    Skipped,
    Source,
    SourceSpan,
    Stance,
    Strength,
)
from factcheck.reports import CHECK_FORMATS, PAGE_FORMATS, SUFFIXES, Checked, Tool, View
from factcheck.reports.output import parse_output

ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((ROOT / "docs/schema/report-v1.json").read_text())
VIEW = View(Tool("0.1.0", "pages", "0123456789ab", date(2026, 11, 1)))

ENTRY = Entry(
    id="dependence",
    topic="dependence",
    claim="ketamine is non-addictive",
    truth="Ketamine is a Schedule III drug with abuse potential.",
    grade=Grade.CONTRARY,
    licensed="ketamine has abuse potential",
    drug="ketamine",
    slots=(),
    sources=(
        Source("Ketalar label", "FDA", 2024, "https://example.org/a-very-long-address/" + "x" * 90),
        Source("No year", "", None, None),
        Source("A third", "Journal", 2020, None),
    ),
    reviewed=date(2026, 11, 1),
)
TEXT = "Hello. Ketamine is completely non-addictive."


def finding(
    text: str = "Ketamine is completely non-addictive.",
    label: Label = Label.CONTRADICTED,
    start: int = 7,
    channel: Channel = Channel.BODY,
    spans: tuple[Cue, ...] = (Cue(12, 22, "absolute"), Cue(23, 36, "negation")),
) -> Finding:
    claims = (Claim(ENTRY, Stance.ASSERTS, Strength.ABSOLUTE, label, spans),) if label.flagged else ()
    return Finding(
        id="f1",
        sentence=Sentence(text, start, start + len(text), BlockKind.PARAGRAPH, channel),
        label=label,
        confidence=0.934567,
        strength=Strength.ABSOLUTE if claims else None,
        reason="" if claims or label is Label.NO_CLAIM else "no entry",
        claims=claims,
        explanation="The evidence says otherwise: ketamine is a Schedule III drug with abuse potential, and dependence occurs."
        if claims
        else "",
        suggestion=ENTRY.licensed if claims else None,
    )


HELLO = finding("Hello.", Label.NO_CLAIM, 0)
PAGE = Report("a.html", "A clinic", TEXT, (HELLO, finding()))
SKIPPED = Report("b.pdf", "", "", skipped=Skipped("b.pdf", "PDF: not supported yet", unreadable=True))


def written(format_: str, *reports: Report, view: View = VIEW) -> str:
    out = io.StringIO()
    writer = PAGE_FORMATS[format_](out, view)
    for report in reports:
        writer.page(report)
    writer.close()
    return out.getvalue()


def validate(document: Any, definition: str | None = None) -> None:
    schema = {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{definition}"} if definition else SCHEMA
    jsonschema.Draft202012Validator(schema).validate(document)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_terminal(report: Report, monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    out = Terminal()
    PAGE_FORMATS["text"](out, VIEW).page(report)
    return out.getvalue()


def sentence(text: str, start: int, line: int) -> Sentence:
    return Sentence(text, start, start + len(text), source_span=SourceSpan(line, 1, line, 1 + len(text)))


RISKS = replace(
    finding("Nausea may occur.", Label.SUPPORTED, 45), id="f2", sentence=sentence("Nausea may occur.", 45, 7)
)
DISCLOSING = replace(
    PAGE,
    text=f"{TEXT} Nausea may occur.",
    sentences=(*PAGE.sentences, RISKS),
    disclosures=(
        Disclosure(Disclosed.OFF_LABEL, False),
        Disclosure(Disclosed.RISKS, True, sentence("Nausea may occur.", 45, 7)),
        Disclosure(Disclosed.ABUSE, False),
        Disclosure(Disclosed.RESULTS_VARY, True, finding().sentence),
    ),
)


@pytest.mark.parametrize(
    ("format_", "lines"),
    [
        (
            "text",
            [
                "Discloses: risks (line 7), that results vary",
                "Does not disclose: that the use is off-label, potential for abuse",
            ],
        ),
        (
            "markdown",
            [
                "Discloses: risks (line 7), that results vary.",
                "Does not disclose: that the use is off-label, potential for abuse.",
            ],
        ),
        (
            "html",
            [
                '<p class="disclosures"><span class="field">Discloses:</span> risks (line 7), that results vary</p>',
                '<p class="disclosures"><span class="field">Does not disclose:</span> that the use is off-label, '
                "potential for abuse</p>",
            ],
        ),
    ],
)
def test_reports_for_people_say_what_a_page_discloses(format_: str, lines: list[str]) -> None:
    assert [line for line in written(format_, DISCLOSING).splitlines() if "isclose" in line] == lines


@pytest.mark.parametrize("format_", ["text", "markdown", "html"])
def test_a_page_without_a_claim_owes_no_disclosure(format_: str) -> None:
    silent = replace(DISCLOSING, sentences=(HELLO,))
    assert "isclose" not in written(format_, silent)
    if format_ != "html":
        assert "isclose" not in written(format_, DISCLOSING, view=replace(VIEW, quiet=True))


# -- text ------------------------------------------------------------------------------------------------------------


def test_text_says_what_an_editor_needs() -> None:
    lines = written("text", PAGE).splitlines()
    assert lines[:3] == ["A clinic", "a.html", "2 sentences: 1 contradicted, 1 no claim."]
    body = "\n".join(lines)
    for part in (
        "1. CONTRADICTED, 93% sure",
        "   Ketamine is [completely] [non-addictive].",
        "   Why:     The evidence says otherwise",
        "   Source:  Ketalar label. FDA, 2024.",
        "   Source:  No year\n",
        "   Instead: ketamine has abuse potential",
        "Judged as of 2026-11-01 by reference set 0123456789ab and model pages.",
    ):
        assert part in body
    assert "A third" not in body  # two sources are enough in a terminal
    assert "Hello." not in body


def test_text_fits_80_columns_but_keeps_links_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    long = finding("Ketamine is completely non-addictive " + "and so on " * 60)
    lines = written("text", Report("a.html", "", TEXT, (long,))).splitlines()
    assert all(len(line) <= 80 for line in lines if "https://" not in line)
    assert any(line.endswith("x" * 90) for line in lines)
    assert all(line == line.rstrip() for line in lines)


def test_text_shows_more_on_request() -> None:
    supported = finding("Fine.", Label.SUPPORTED)
    page = Report("a.html", "A", TEXT, (HELLO, supported, finding()))
    assert "Fine." not in written("text", page)
    shown = written("text", page, view=View(VIEW.tool, frozenset({Label.SUPPORTED})))
    assert "1. SUPPORTED" in shown
    assert "2. CONTRADICTED" in shown
    assert "Hello." in written("text", page, view=View(VIEW.tool, every=True))


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ([Label.NO_CLAIM], "no sentence makes a claim"),
        ([Label.SUPPORTED], "the evidence supports every claim"),
        ([Label.SUPPORTED, Label.UNVERIFIED], "1 of 2 claims could not be settled"),
    ],
)
def test_text_says_why_nothing_is_flagged(labels: list[Label], says: str) -> None:
    page = Report("a.html", "A", TEXT, tuple(finding("X.", label) for label in labels))
    assert "Nothing flagged" in written("text", page)
    assert says in written("text", page)


def test_text_names_the_place_when_the_page_does_not_show_it() -> None:
    for channel in Channel:
        head = next(
            line
            for line in written("text", Report("a", "A", "", (finding(channel=channel),))).splitlines()
            if "1." in line
        )
        assert (", in " in head) is (channel is not Channel.BODY)


def test_text_names_what_was_not_checked() -> None:
    assert "b.pdf: not checked: PDF: not supported yet" in written("text", PAGE, SKIPPED)
    quiet = written("text", PAGE, SKIPPED, view=View(VIEW.tool, list_skipped=False))
    assert "PDF" not in quiet
    assert "1 of 2 pages checked, 1 not checked." in quiet
    assert written("text", SKIPPED, view=View(VIEW.tool, list_skipped=False)) == ""


def test_deciding_words_that_overlap_are_marked_once() -> None:
    spans = (Cue(23, 36, "a"), Cue(12, 30, "b"), Cue(5, 5, "empty"), Cue(36, 400, "past the end"))
    page = Report("a", "A", "", (finding(spans=spans),))
    assert "Ketamine is [completely non-addictive.]" in written("text", page)


def test_color_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" in on_terminal(PAGE, monkeypatch)
    assert "[completely]" not in on_terminal(PAGE, monkeypatch)
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        plain = on_terminal(PAGE, monkeypatch, **environment)
        assert "\x1b" not in plain
        assert "[completely]" in plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in written("text", PAGE)


@pytest.mark.parametrize(
    "bad", ["\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\x08\x08", "\x7f", "\u202e", "\u2066", "\ud800"]
)
def test_a_page_cannot_steer_the_terminal(bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = finding(f"Ketamine {bad} is non-addictive.", spans=(Cue(0, 8, "drug"),))
    page = Report(f"a{bad}.html", f"Title{bad}", "", (hostile,))
    for out in (written("text", page), on_terminal(page, monkeypatch, NO_COLOR="1")):
        assert not any(character in out for character in bad if not character.isprintable())
        assert "\N{REPLACEMENT CHARACTER}" in out
        assert "[Ketamine]" in out
    assert bad not in on_terminal(page, monkeypatch)


def test_page_text_is_not_markup() -> None:
    page = Report("a", "[bold]A[/bold]", "", (finding("[red]Ketamine :smile: [/red] [link=x]", spans=()),))
    assert "[bold]A[/bold]" in written("text", page)
    assert "[red]Ketamine :smile: [/red] [link=x]" in written("text", page)


# -- JSON ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("every", [False, True])
def test_json_keeps_to_the_schema(every: bool) -> None:
    view = View(VIEW.tool, frozenset({Label.SUPPORTED}), every)
    document = json.loads(written("json", PAGE, SKIPPED, view=view))
    validate(document)
    lines = [json.loads(line) for line in written("jsonl", PAGE, SKIPPED, view=view).splitlines()]
    for line, page in zip(lines, document["pages"], strict=True):
        validate(line, "page_line")
        assert line == {"version": 1, "tool": document["tool"], **page}
    first, second = document["pages"]
    assert ("text" in first, "sentences" in first) == (every, every)
    assert second["skipped"] == "PDF: not supported yet"
    assert first["summary"]["contradicted"] == 1


def test_json_offsets_point_into_the_text() -> None:
    page = json.loads(written("json", PAGE, view=View(VIEW.tool, every=True)))["pages"][0]
    (found,) = page["findings"]
    assert page["text"][found["start"] : found["end"]] == found["text"]
    assert [page["text"][s["start"] : s["end"]] for s in found["claims"][0]["spans"]] == ["completely", "non-addictive"]
    assert found["confidence"] == 0.9346
    assert [s["text"] for s in page["sentences"]] == ["Hello.", "Ketamine is completely non-addictive."]


def test_check_gives_each_object_back() -> None:
    given = {"id": 7, "text": "Ketamine is completely non-addictive.", "before": None, "label": "mine", "extra": [1]}
    checked = [Checked(given, finding(start=0)), Checked({"text": "Hello."}, HELLO)]
    out = io.StringIO()
    CHECK_FORMATS["jsonl"](checked, out, VIEW)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    for line in lines:
        validate(line, "checked")
    assert (lines[0]["id"], lines[0]["extra"], lines[0]["label"]) == (7, [1], "contradicted")
    out = io.StringIO()
    CHECK_FORMATS["json"](checked, out, VIEW)
    document = json.loads(out.getvalue())
    validate(document, "checked_report")
    assert document["sentences"] == lines
    out = io.StringIO()
    CHECK_FORMATS["text"](checked, out, VIEW)
    assert "1. CONTRADICTED" in out.getvalue()
    assert "2. NO CLAIM" in out.getvalue()


def test_the_schema_names_every_member() -> None:
    """A label, grade or kind added to the domain has to be published."""
    definitions = SCHEMA["$defs"]
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert definitions["label"]["enum"] == [label.value for label in Label]
    assert definitions["strength"]["enum"] == [strength.value for strength in Strength]
    claim, found = definitions["claim"]["properties"], definitions["finding"]["properties"]
    assert claim["grade"]["enum"] == [grade.value for grade in Grade]
    assert claim["stance"]["enum"] == [stance.value for stance in Stance]
    assert found["block"]["enum"] == [kind.value for kind in BlockKind]
    assert found["channel"]["enum"] == [channel.value for channel in Channel]


# -- files -----------------------------------------------------------------------------------------------------------


def test_output_takes_the_format_from_the_prefix_or_the_name(tmp_path: Path) -> None:
    for value, format_, name in (
        (f"json:{tmp_path}/a", "json", "a"),
        (f"text:{tmp_path}/a.json", "text", "a.json"),
        (f"{tmp_path}/b.jsonl", "jsonl", "b.jsonl"),
        (f"{tmp_path}/c.txt", "text", "c.txt"),
    ):
        output = parse_output(value, [])
        assert (output.format, output.path) == (format_, tmp_path / name)
    assert set(SUFFIXES.values()) <= set(PAGE_FORMATS)


def test_output_refuses_what_cannot_work(tmp_path: Path) -> None:
    page = tmp_path / "a.txt"
    page.write_text("Ketamine.")
    for value, hint in (
        (f"{tmp_path}/a.xml", "no known format"),
        (f"xml:{tmp_path}/a", "no known format"),
        (f"json:{tmp_path}", "not a file"),
        (f"json:{tmp_path}/none/a.json", "not a file"),
        ("json:", "not a file"),
        (str(page), "one of the sources"),
    ):
        with pytest.raises(FactcheckError, match=hint):
            parse_output(value, [str(page)])


def test_output_is_written_when_saved(tmp_path: Path) -> None:
    output = parse_output(f"json:{tmp_path}/a.json", [])
    writer = output.open(VIEW)
    writer.page(PAGE)
    writer.close()
    assert not output.path.exists()
    output.save()
    validate(json.loads(output.path.read_text()))
