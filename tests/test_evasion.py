"""Claims that a page tries to hide from a checker are read as readers or search engines read them, and it is said where."""

from __future__ import annotations

import json
from functools import cache

import pytest

from factcheck.check import FactChecker
from factcheck.domain import Channel, Finding, Label, Page, Report

TEXT = (
    "<p>Our nurses meet you at the door and stay with you for the whole of your visit to the clinic. "
    "We have treated people in this town since 2015, and we will be glad to talk with you.</p>"
)
CLAIM = "Ketamine is FDA-approved for depression."


@cache
def checker() -> FactChecker:
    return FactChecker.load()


def report(body: str, head: str = "") -> Report:
    html = f"<!doctype html><html><head>{head}</head><body><main>{TEXT}{body}</main></body></html>"
    return checker().check_page(Page("page.html", html.encode(), "text/html"))


def found(body: str, head: str = "") -> Finding:
    """The one contradicted sentence of a page."""
    (finding,) = [f for f in report(body, head).sentences if f.label is Label.CONTRADICTED]
    return finding


def test_the_claim_itself_is_found() -> None:
    assert found(f"<p>{CLAIM}</p>").sentence.channel is Channel.BODY


@pytest.mark.parametrize(
    "claim",
    [
        "Ketamine is FDA-app\u200broved for depression.",
        "K\u00adet\u200da\u2060m\ufeffine is F\u200cD\u200eA-approved for depress\u034fion.",
        "Ket\U000e0061amine\ufe0f is FDA\u2064-approved\u061c for depression.",
        "Ketamine is FDA\u2011approved\u00a0for\u2009depression.",
        "Ketamine is FDA&#8203;-appr&shy;oved for depression.",
        "Ketamine is FDA-ap<wbr>proved for depres<b></b>sion.",
        "Ketamine is FDA-ap<!-- -->proved for depres<span></span>sion.",
        "Kеtаminе is FDА-аpprоvеd fоr dерrеssiоn.",  # Cyrillic letters among the Latin
        "Кеtаmіnе іѕ FDА-аррrоvеd fоr dерrеѕѕіоn.",  # as many as there are
        "Κetamine ιs FDΑ-αpprονed for depressiοn.",  # Greek letters
        "Ｋｅｔａｍｉｎｅ ｉｓ ＦＤＡ-ａｐｐｒｏｖｅｄ ｆｏｒ ｄｅｐｒｅｓｓｉｏｎ.",
        "𝐊𝐞𝐭𝐚𝐦𝐢𝐧𝐞 𝐢𝐬 𝐅𝐃𝐀-𝐚𝐩𝐩𝐫𝐨𝐯𝐞𝐝 𝐟𝐨𝐫 𝐝𝐞𝐩𝐫𝐞𝐬𝐬𝐢𝐨𝐧.",
        "Ketamine is \u202edevorppa-ADF\u202c for depression.",  # shown from right to left
        "Ket\0amine is FDA-approved for depression.",
    ],
    ids=[
        "zero width", "joiners", "tags", "spaces", "entities", "elements", "comments", "Cyrillic", "all Cyrillic", "Greek",
        "fullwidth", "mathematical", "override", "NUL",
    ],
)  # fmt: skip
def test_disguised_letters_are_read_as_they_look(claim: str) -> None:
    page = report(f"<p>{claim}</p>")
    (finding,) = [f for f in page.sentences if f.label is Label.CONTRADICTED]
    sentence = finding.sentence
    assert sentence.channel is Channel.BODY
    assert page.text[sentence.start : sentence.end] == sentence.text


HIDING = [
    "display:none",
    "display : none !important",
    "visibility: hidden",
    "font-size:0",
    "font-size: 1px",
    "text-indent:-9999px",
    "position:absolute; left:-9999px",
    "position:absolute;top:-100em",
    "position: absolute; clip: rect(0 0 0 0)",
    "clip-path: inset(100%)",
    "height:0;overflow:hidden",
    "color:#fff; background-color:#FFF",
]


@pytest.mark.parametrize("style", HIDING)
def test_a_paragraph_that_style_hides_is_said_to_be_hidden(style: str) -> None:
    assert found(f'<p style="{style}">{CLAIM}</p>').sentence.channel is Channel.HIDDEN


@pytest.mark.parametrize("style", HIDING)
def test_a_word_that_style_hides_does_not_change_what_readers_read(style: str) -> None:
    # With "not" the sentence would be true.
    finding = found(f'<p>Ketamine is <span style="{style}">not</span> FDA-approved for depression.</p>')
    assert finding.sentence.text == "Ketamine is FDA-approved for depression."
    assert finding.sentence.channel is Channel.BODY


@pytest.mark.parametrize(
    ("sheet", "attributes"),
    [
        (".x{display:none}", "class='a X'"),
        ("/* {} */ #y , .z { color: red; font-size: 0 }", "id=y"),
        ("@import 'a.css'; .x{left:-9999px;position:absolute}", "class=x"),
    ],
)
def test_style_sheets_hide_too(sheet: str, attributes: str) -> None:
    head = f"<style>{sheet}</style>"
    assert found(f"<p {attributes}>{CLAIM}</p>", head).sentence.channel is Channel.HIDDEN
    assert found(f"<p>Ketamine is <i {attributes}>not</i> FDA-approved for depression.</p>", head)


@pytest.mark.parametrize(
    ("sheet", "attributes"),
    [
        ("@media print {.x{display:none}}", "class=x"),
        ("nav .x{display:none}", "class=x"),
        (".x{display:block}", "class=x"),
        (".x{opacity:0}", "class=x"),
        ("", "style='font-size:14px;left:-5px;text-indent:2em'"),
        ("", "style='color:#fff;background:#000'"),
        ("", "style='height:0'"),
    ],
)
def test_what_is_shown_is_not_said_to_be_hidden(sheet: str, attributes: str) -> None:
    assert found(f"<p {attributes}>{CLAIM}</p>", f"<style>{sheet}</style>").sentence.channel is Channel.BODY


@pytest.mark.parametrize(
    ("body", "head", "channel"),
    [
        (f"<img src=a.png alt='{CLAIM}'>", "", Channel.ALT),
        (f"<img src=a.png alt=logo title='{CLAIM}'>", "", Channel.ALT),
        (f"<p>See <a href=/x title='{CLAIM}'>how it works</a>.</p>", "", Channel.ALT),
        (f"<p title='{CLAIM}'>How it works.</p>", "", Channel.ALT),
        ("", f"<title>{CLAIM}</title>", Channel.TITLE),
        ("", f"<meta name=description content='{CLAIM}'>", Channel.META),
        (
            "",
            f"<meta name=description content='We are here for you.'><meta property=og:description content='{CLAIM}'>",
            Channel.META,
        ),
        ("", f"<meta name='twitter:title' content='{CLAIM}'>", Channel.META),
        ("", f"<script type='application/ld+json'>{json.dumps({'description': CLAIM})}</script>", Channel.JSON_LD),
        (
            f"<script type='APPLICATION/LD+JSON'>"
            f"{json.dumps({'@graph': [{'@type': 'Question', 'name': 'Is it?', 'acceptedAnswer': {'text': CLAIM}}]})}</script>",
            "",
            Channel.JSON_LD,
        ),
    ],
    ids=[
        "alt",
        "title of an image",
        "title of a link",
        "title of a paragraph",
        "title",
        "description",
        "second description",
        "preview",
        "JSON-LD",
        "JSON-LD answer",
    ],
)
def test_what_search_engines_read_is_read_and_named(body: str, head: str, channel: Channel) -> None:
    assert found(body, head).sentence.channel is channel


def test_the_report_says_where(tmp_path: object) -> None:
    from io import StringIO

    from factcheck.reports import PAGE_FORMATS, Tool, View

    out = StringIO()
    made = report(f"<p style='display:none'>{CLAIM}</p>")
    writer = PAGE_FORMATS["text"](out, View(Tool("0", "base", "0", checker().reviewed)))
    writer.page(made)
    writer.close()
    assert "in text hidden from readers" in out.getvalue()
