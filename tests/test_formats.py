"""Report formats for spreadsheets, documents, code hosts and annotation services; and that no page gets out of its cell."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from markdown_it import MarkdownIt
from test_reports import ENTRY, HELLO, PAGE, SKIPPED, VIEW, finding, written

from factcheck.border import DataError
from factcheck.confirmed import read_confirmed
from factcheck.domain import (
    Channel,
    FactcheckError,
    Finding,
    Label,
    Notice,
    Report,
    Sentence,
    Severity,
    SourceSpan,
    Suppression,
)
from factcheck.reports import PAGE_FORMATS, Confirmation, View
from factcheck.reports.csv import COLUMNS, cell
from factcheck.reports.said import live_link, web_address

SARIF = json.loads((Path(__file__).parent / "schemas/sarif-schema-2.1.0.json").read_text())
EVERY = View(VIEW.tool, frozenset({Label.SUPPORTED, Label.UNVERIFIED}))


def placed(found: Finding, *span: int) -> Finding:
    return replace(found, sentence=replace(found.sentence, source_span=SourceSpan(*span)))


SILENCED = replace(finding(), id="f2", suppressed=Suppression("inline", "quoted from the label"))
FULL = Report(
    "https://example.org/a page.html",
    "A clinic",
    PAGE.text,
    (HELLO, placed(finding(), 3, 5, 3, 42), SILENCED),
    notices=(Notice("unused suppression", 7),),
)

# -- one value of each format ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", PAGE_FORMATS)
def test_every_format_takes_every_page(format_: str) -> None:
    view = replace(EVERY, confirmed={})
    odd = Report("empty.txt", "", "")
    assert written(format_, FULL, SKIPPED, odd, view=view)
    assert written(format_, view=view) is not None


def test_csv_has_a_row_a_finding() -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv", FULL, SKIPPED))))
    assert list(rows[0]) == list(COLUMNS)
    (row,) = rows
    assert (row["line"], row["label"], row["severity"]) == ("3", "contradicted", "error")
    assert (row["sentence"], row["entries"]) == ("Ketamine is completely non-addictive.", "dependence")
    assert row["sources"].startswith("Ketalar label. FDA, 2024.; No year; ")


def test_markdown_says_what_an_editor_needs() -> None:
    text = written("markdown", replace(FULL, source="a.html"), SKIPPED)
    for part in (
        "## A clinic",
        "3 sentences: 2 contradicted, 1 no claim; 1 suppressed.",
        "1. **contradicted**, 93% sure, line 3",
        "> Ketamine is **completely** **non-addictive**.",
        "- Source: [Ketalar label. FDA, 2024.](<https://example.org/a-very",
        "- Instead: ketamine has abuse potential",
        "- Entry: `dependence`",
        "- b.pdf: not checked: PDF: not supported yet",
    ):
        assert part in text
    assert "on the page](<https://example.org/a%20page" not in text
    assert "[on the page](<https://example.org/a.html#:~:text=Ketamine" in written(
        "markdown", replace(FULL, source="https://example.org/a.html")
    )


def test_sarif_keeps_to_its_schema() -> None:
    unverified = finding("Acupuncture cures ptsd.", Label.UNVERIFIED)
    page = replace(FULL, source="pages/a b.html", sentences=(*FULL.sentences, unverified))
    log = json.loads(written("sarif", page, SKIPPED, FULL, view=EVERY))
    jsonschema.Draft4Validator(SARIF).validate(log)
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["dependence", "no-entry"]
    first, silenced, unsettled, *_ = run["results"]
    assert (first["ruleId"], first["level"], "suppressions" in first) == ("dependence", "error", False)
    where = first["locations"][0]["physicalLocation"]
    assert where["artifactLocation"]["uri"] == "pages/a%20b.html"
    assert where["region"]["startLine"] == 3
    assert first["partialFingerprints"] == {"factcheck/v1": "f1"}
    assert silenced["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "quoted from the label"}
    ]
    assert (unsettled["ruleId"], unsettled["level"]) == ("no-entry", "note")
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False  # a named source could not be read
    said = [note["message"]["text"] for note in invocation["toolExecutionNotifications"]]
    assert said == ["unused suppression", "PDF: not supported yet", "unused suppression"]


def test_sarif_has_every_level() -> None:
    levels = [replace(finding(), severity=severity) for severity in Severity]
    log = json.loads(written("sarif", Report("a", "", "", tuple(levels))))
    assert [result["level"] for result in log["runs"][0]["results"]] == ["note", "warning", "error"]


def test_github_commands() -> None:
    lines = written("github", replace(FULL, source="a,b:c.html"), SKIPPED).splitlines()
    assert lines[0].startswith(
        "::error file=a%2Cb%3Ac.html,line=3,endLine=3,col=5,endColumn=42,title=factcheck%3A contradicted (dependence)::"
    )
    assert "%0AInstead: ketamine has abuse potential" in lines[0]
    assert lines[1] == "::warning file=a%2Cb%3Ac.html,line=7,title=factcheck::unused suppression"
    assert lines[2] == "::warning file=b.pdf,title=factcheck%3A not checked::PDF: not supported yet"
    overstated = placed(finding(label=Label.OVERSTATED), 3, 5, 4, 2)
    (line,) = written("github", Report("a.html", "", "", (overstated,))).splitlines()
    assert line.startswith("::warning file=a.html,line=3,endLine=4,title=")  # no columns over several lines


def test_annotations_quote_and_place() -> None:
    collection = json.loads(written("annotation", FULL))
    assert collection["@context"] == "http://www.w3.org/ns/anno.jsonld"
    (annotation,) = collection["first"]["items"]
    assert collection["total"] == 1
    quote, position = annotation["target"]["selector"]
    assert quote["prefix"] + quote["exact"] + quote["suffix"] == FULL.text
    assert FULL.text[position["start"] : position["end"]] == quote["exact"]
    assert annotation["target"]["source"] == FULL.source
    assert {"type": "SpecificResource", "source": ENTRY.sources[0].url, "purpose": "linking"} in annotation["body"]
    assert [b["value"] for b in annotation["body"] if b["purpose"] == "tagging"] == ["contradicted", "dependence"]


def test_claimreview_holds_confirmed_findings_only() -> None:
    with pytest.raises(FactcheckError, match="--confirmed"):
        written("claimreview", FULL)
    view = replace(VIEW, confirmed={"f1": Confirmation("A. Editor", date(2026, 11, 2), "https://example.org/review")})
    other = replace(finding(), id="f3")
    unsettled = replace(finding(label=Label.UNVERIFIED), id="f1")
    page = replace(FULL, source="https://example.org/a.html", sentences=(finding(), other, unsettled))
    document = json.loads(written("claimreview", page, view=view))
    (review,) = document["@graph"]
    assert document["@context"] == "https://schema.org"
    assert review["author"] == {"@type": "Person", "name": "A. Editor"}
    assert (review["datePublished"], review["url"]) == ("2026-11-02", "https://example.org/review")
    assert review["claimReviewed"] == "Ketamine is completely non-addictive."
    assert review["reviewRating"]["ratingValue"] == 1
    assert review["itemReviewed"]["appearance"]["url"].startswith("https://example.org/a.html#:~:text=")
    assert "</script>" not in written("claimreview", Report("a", "</script>", "", (finding(),)), view=view)


def test_confirmed_takes_editor_and_date(tmp_path: Path) -> None:
    path = tmp_path / "confirmed.yaml"
    path.write_text("- {id: f1, editor: A. Editor, date: 2026-11-02}\n")
    assert read_confirmed(path) == {"f1": Confirmation("A. Editor", date(2026, 11, 2))}
    for row, hint in (
        ("{id: f1, editor: A}", "date: Field required"),
        ("{id: f1, date: 2026-11-02}", "editor: Field required"),
        ("{id: f1, editor: A, date: 2026-11-02, url: 'javascript:x'}", "url"),
        ("{id: f1, editor: A, date: 2026-11-02}\n- {id: f1, editor: B, date: 2026-11-02}", "twice"),
    ):
        path.write_text(f"- {row}\n")
        with pytest.raises(DataError, match=hint):
            read_confirmed(path)


def test_links_to_the_live_page() -> None:
    short, long = "It’s safe - and, well, 100% pure & non-addictive.", "one two three " * 20 + "end."
    assert live_link("https://example.org/#top", short) == (
        "https://example.org/#top:~:text=It%E2%80%99s%20safe%20%2D%20and%2C%20well%2C%20100%25%20pure%20%26%20non%2Daddictive."
    )
    wanted = "#:~:text=one%20two%20three%20one%20two,three%20one%20two%20three%20end."
    assert live_link("https://example.org/", long) == f"https://example.org/{wanted}"
    for source in (
        "a.html",
        "-",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "file:///etc/passwd",
        "http://[x",
    ):
        assert live_link(source, short) is None
        assert web_address(source) is None


# -- a hostile page ----------------------------------------------------------------------------------------------------

BAD = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> \"'><svg/onload=alert(1)>",
    "[click](https://evil.example) ![x](https://evil.example/x.png) <https://evil.example> `code` **bold** | a | b |",
    "https://evil.example www.evil.example a@evil.example @everyone #1 &lt;b&gt; ~~struck~~ $x$",
    "\x1b[2J\x1b]0;title\x07\x9b31m \u202egnp.exe",
    "::error::forged %0A::error::forged",
    "# heading",
    "1. item",
    "1) item",
    "- item",
    "=1+1",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "＝1+1",
)


def hostile(text: str) -> Report:
    sentence = Sentence(text, 0, len(text), channel=Channel.BODY)
    found = replace(finding(), sentence=sentence, claims=(replace(finding().claims[0], spans=()),))
    return Report(f"{text}.html", text, text, (found,), notices=(Notice(text),))


@pytest.mark.parametrize("text", [*BAD, "\t=1", "\r=1", "a\n::error::forged"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert not cell(text).lstrip().startswith(tuple("=+-@\t\r＝＋－＠"))
    (row,) = csv.DictReader(io.StringIO(written("csv", hostile(text)), newline=""))
    for value in row.values():
        assert not value.startswith(tuple("=+-@\t\r＝＋－＠"))
        assert value.isprintable()


@pytest.mark.parametrize("text", BAD)
def test_no_text_of_a_page_is_markdown(text: str) -> None:
    source = written("markdown", hostile(text), Report(text, "", "", skipped=SKIPPED.skipped))
    assert "\x1b" not in source
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(source)
    inner = [child for token in tokens for child in token.children or ()]
    assert not [t for t in [*tokens, *inner] if t.type.startswith(("html", "image", "table", "s_open", "fence"))]
    assert [t.tag for t in tokens if t.type == "heading_open"] == ["h2"]
    links = [t.attrs["href"] for t in inner if t.type == "link_open"]
    assert links == [ENTRY.sources[0].url]
    # What GitHub and others link by themselves is parted.
    assert not re.search(r"https?://evil|www\.|@(?=everyone|evil)|#1", re.sub(r"\\(.)", r"\1", source))
    (quote,) = [t.content for t in inner if t.type == "text" and "evil" in t.content][:1] or [""]
    assert "\\" not in quote


@pytest.mark.parametrize("text", [*BAD, "a\n::error::forged", "a\r\n::error::forged", "a::error file=x::forged"])
def test_no_text_of_a_page_is_a_command(text: str) -> None:
    page = hostile(text)
    lines = written("github", page, Report(text, "", "", skipped=replace(SKIPPED.skipped, reason=text))).split("\n")  # type: ignore[type-var]
    assert [re.match("::[a-z]+ |$", line)[0] for line in lines] == ["::error ", "::warning ", "::warning ", ""]  # type: ignore[index]
    for line in lines[:-1]:
        properties = line.split("::")[1]
        assert len(properties.split(",")) == 2  # file and title
        assert "\x1b" not in line


@pytest.mark.parametrize("text", BAD)
@pytest.mark.parametrize("format_", ["sarif", "annotation", "claimreview", "json", "jsonl"])
def test_json_formats_hold_any_text(format_: str, text: str) -> None:
    view = replace(VIEW, confirmed={"f1": Confirmation("A", date(2026, 11, 2))})
    out = written(format_, hostile(text), view=view)
    assert out.replace("\n", "").isprintable()  # nothing that a terminal would obey
    document = json.loads(out)
    assert text in json.dumps(document, ensure_ascii=False) or json.dumps(text)[1:-1] in json.dumps(document)
    if format_ == "sarif":
        jsonschema.Draft4Validator(SARIF).validate(document)
        where = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
        assert re.fullmatch(r"[!-~]+", where["artifactLocation"]["uri"])
