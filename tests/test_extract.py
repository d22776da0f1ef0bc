"""Extraction: blocks and channels, chrome left out, bad input answered with a reason."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factcheck.domain import BlockKind, Channel, Document, Page, Skipped
from factcheck.extract import decode, extract
from factcheck.split import split

FILLER = "<p>Our nurses will meet you at the door and stay with you for the whole of your visit to the clinic.</p>"
SPANISH = (
    "El tratamiento con ketamina es una opción para las personas que no han respondido a otros antidepresivos. "
    "Antes de empezar, hable con su médico sobre los riesgos y los beneficios que puede tener en su caso."
)


def html(body: str, head: str = "") -> Document:
    found = extract(
        Page("page.html", f"<html><head>{head}</head><body>{body}{FILLER}</body></html>".encode(), "text/html")
    )
    assert isinstance(found, Document)
    return found


def rows(document: Document, channel: Channel = Channel.BODY) -> list[tuple[BlockKind, str, str]]:
    """Kind, text and heading of each block of a channel; the filler left out."""
    blocks = [b for b in document.blocks if b.channel is channel]
    return [
        (b.kind, document.text[b.start : b.end], b.heading)
        for b in blocks
        if not document.text[b.start : b.end].startswith("Our nurses")
    ]


def texts(document: Document, channel: Channel = Channel.BODY) -> list[str]:
    return [text for _, text, _ in rows(document, channel)]


def test_headings_stand_over_what_follows() -> None:
    found = rows(
        html("<h2>Dose</h2><p>It runs slowly.</p><ul><li>Rest</li></ul><blockquote><p>“Fine.”</p></blockquote>")
    )
    assert found == [
        (BlockKind.HEADING, "Dose", ""),
        (BlockKind.PARAGRAPH, "It runs slowly.", "Dose"),
        (BlockKind.LIST_ITEM, "Rest", "Dose"),
        (BlockKind.QUOTE, "“Fine.”", "Dose"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "<details><summary>Is it safe?</summary><p>Ask a nurse.</p></details>",
        "<dl><dt>Is it safe?</dt><dd>Ask a nurse.</dd></dl>",
        "<h3>Is it safe?</h3><p>Ask a nurse.</p>",
        "<div class=item><button aria-expanded=false>Is it safe?</button><div class=panel hidden>Ask a nurse.</div></div>",
        "<div class=faq><div class=faq-question>Is it safe?</div><div style='display: none'>Ask a nurse.</div></div>",
    ],
    ids=["details", "dl", "heading", "button", "names"],
)
def test_question_and_answer(body: str) -> None:
    assert rows(html(f"<main>{body}</main>")) == [
        (BlockKind.QUESTION, "Is it safe?", ""),
        (BlockKind.ANSWER, "Ask a nurse.", "Is it safe?"),
    ]


def test_an_answer_ends_with_its_item() -> None:
    found = rows(html("<h2>Care</h2><details><summary>Is it safe?</summary><p>Ask.</p></details><p>We are here.</p>"))
    assert found[-1] == (BlockKind.PARAGRAPH, "We are here.", "Care")


def test_table_cells_carry_their_headers() -> None:
    table = "<table><tr><th></th><th>Ketamine</th></tr><tr><th>Dependence</th><td>Non-addictive</td></tr></table>"
    assert (BlockKind.TABLE_CELL, "Non-addictive", "Ketamine; Dependence") in rows(html(table))
    roles = (
        "<div role=table><div role=row><div role=columnheader>Onset</div><div role=columnheader>Ketamine</div></div>"
        "<div role=row><div role=rowheader>Speed</div><div role=cell>Hours</div></div></div>"
    )
    assert (BlockKind.TABLE_CELL, "Hours", "Ketamine; Speed") in rows(html(roles))


@pytest.mark.parametrize(
    ("body", "card"),
    [
        ("<div class=c><div>75%</div><div>success rate</div></div>", "75% success rate"),
        ("<div class=c><p>Success rate</p><p>75%</p></div>", "Success rate 75%"),
        ("<div class=c><span data-to-value=900>0</span><div>visits</div></div>", "900 visits"),
        ("<div class=c><span>75%</span><span>success rate</span></div>", "75% success rate"),
    ],
)
def test_a_card_is_joined_to_its_number(body: str, card: str) -> None:
    assert texts(html(body)) == [card]


def test_step_numbers_are_no_cards() -> None:
    body = "".join(f"<div><span>{n}</span><h3>Step name {n} here</h3></div>" for n in (1, 2, 3))
    assert all(kind is BlockKind.HEADING for kind, _, _ in rows(html(body)) if kind is not BlockKind.PARAGRAPH)
    assert not any(kind is BlockKind.CARD for kind, _, _ in rows(html(body)))


def test_channels_come_after_the_body_and_only_where_they_differ() -> None:
    head = (
        "<title>Infusions in Ely</title><meta name=description content='Ketamine cures every depression.'>"
        '<script type="application/ld+json">{"@type": "FAQPage", "mainEntity": [{"@type": "Question", "name": "Is it safe?",'
        '"acceptedAnswer": {"text": "<p>It is entirely safe always.</p>"}}, {"@type": "Question", "name": "Does it last?",'
        '"acceptedAnswer": {"text": "It fades within two weeks."}}]}</script>'
    )
    page = html("<p>It fades within two weeks.</p><img alt='A brain healed by ketamine'><img alt=logo>", head)
    assert page.title == "Infusions in Ely"
    assert texts(page, Channel.TITLE) == ["Infusions in Ely"]
    assert texts(page, Channel.META) == ["Ketamine cures every depression."]
    assert texts(page, Channel.ALT) == ["A brain healed by ketamine"]
    assert rows(page, Channel.JSON_LD) == [(BlockKind.ANSWER, "It is entirely safe always.", "Is it safe?")]
    order = [block.channel for block in page.blocks]
    assert order == sorted(order, key=list(Channel).index)


@pytest.mark.parametrize(
    "chrome",
    [
        "<nav><ul><li>Home and more pages</li></ul></nav>",
        "<footer><p>All rights reserved by us.</p></footer>",
        "<div id=cookie-banner><p>We use cookies here.</p></div>",
        "<div class='site-sidebar sidebar'><p>Recent posts of ours.</p></div>",
        "<div role=dialog><p>Join our list.</p></div>",
        "<ul class=mega-menu><li>Our services</li></ul>",
        "<div class=mobilemenu__panel><p>By industry</p></div>",
        "<form><p>Leave a reply below.</p></form>",
        "<div style='display:none'><p>Before you go, read this.</p></div>",
        "<p><a href=/x>Read more posts</a></p>",
        "<button>Book now</button>",
        "<script>var a = 'Text in a script.';</script>",
        "<noscript>Please enable scripts.</noscript>",
    ],
)
def test_chrome_is_left_out(chrome: str) -> None:
    assert texts(html(f"<main><p>Ketamine may help.</p></main>{chrome}")) == ["Ketamine may help."]


def test_names_alone_do_not_hide_most_of_a_page() -> None:
    assert texts(html("<div class='menu popup'><p>" + "Ketamine may help some people. " * 20 + "</p></div>"))


def test_repeated_blocks_stay_where_they_stand() -> None:
    assert texts(html("<p>One.</p><p>Two.</p><p>One.</p>")) == ["One.", "Two.", "One."]


def test_line_breaks() -> None:
    found = texts(html("<div>Ends here.<br>Starts here<br>and goes on<br><br>• One<br>• Two</div>"))
    assert found == ["Ends here.", "Starts here and goes on", "• One", "• Two"]


def test_white_space_and_invisible_characters() -> None:
    assert texts(html("<p>  A&nbsp;dose\n of\u200b 0.5&#8239;mg&shy;  </p>")) == ["A dose of 0.5 mg"]


def test_markdown() -> None:
    source = b"---\ntitle: x\n---\n# Dose\n\nIt runs *slowly*.\n\n- Rest\n- Drink\n\n| | Ketamine |\n|-|-|\n| Speed | Hours |\n"
    page = extract(Page("page.md", source, "text/markdown"))
    assert isinstance(page, Document)
    assert page.title == "Dose"
    assert rows(page)[:4] == [
        (BlockKind.HEADING, "Dose", ""),
        (BlockKind.PARAGRAPH, "It runs slowly.", "Dose"),
        (BlockKind.LIST_ITEM, "Rest", "Dose"),
        (BlockKind.LIST_ITEM, "Drink", "Dose"),
    ]
    assert (BlockKind.TABLE_CELL, "Hours", "Ketamine; Speed") in rows(page)


def test_plain_text_wrapped_by_hand() -> None:
    source = (
        b"Our Clinic\n\nThis paragraph was wrapped by hand and goes\non over the end of its first line.\n\n"
        b"- one item\n- another item\n\nIs it safe?\nAsk a nurse first.\n"
    )
    page = extract(Page("page.txt", source, "text/plain"))
    assert isinstance(page, Document)
    assert rows(page)[:2] == [
        (BlockKind.HEADING, "Our Clinic", ""),
        (
            BlockKind.PARAGRAPH,
            "This paragraph was wrapped by hand and goes on over the end of its first line.",
            "Our Clinic",
        ),
    ]
    assert [kind for kind, _, _ in rows(page)][2:5] == [BlockKind.LIST_ITEM, BlockKind.LIST_ITEM, BlockKind.QUESTION]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no text"),
        (
            b"<html><body><div id=root></div><noscript>Enable JavaScript.</noscript><script src=a.js></script></body>",
            "needs a browser",
        ),
        (b"<html><body><div id=app>Loading</div><script>boot()</script></body></html>", "needs a browser"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 40, "binary"),
        (f"<html><body><p>{SPANISH}</p></body></html>".encode(), "Spanish"),
    ],
    ids=["empty", "noscript", "shell", "binary", "spanish"],
)
def test_what_cannot_be_checked_says_why(content: bytes, reason: str) -> None:
    found = extract(Page("page.html", content, "text/html"))
    assert isinstance(found, Skipped)
    assert reason in found.reason
    assert "\n" not in found.reason


def test_english_text_under_a_foreign_menu() -> None:
    body = "<ul><li><a href=/>Acasă</a></li></ul><div><p>Livrăm răsaduri și plante în toată țara, direct din seră.</p></div>"
    assert texts(html(body + "<p>Ketamine may help.</p>")) == ["Ketamine may help."]


@pytest.mark.parametrize(
    ("content", "declared", "text"),
    [
        ("It’s fine".encode(), "iso-8859-1", "It’s fine"),
        ("It’s fine".encode("cp1252"), "utf-8", "It’s fine"),
        ("It’s fine".encode("cp1252"), "no-such-encoding", "It’s fine"),
        ("It’s fine".encode("utf-16"), None, "It’s fine"),
        (("It is fine. " * 20).encode("utf-16-le"), None, "It is fine. " * 20),
        ("<meta charset=shift_jis>日本".encode("shift_jis"), None, "<meta charset=shift_jis>日本"),
        ("é".encode() * 50 + b"\xff", None, "é" * 50 + "\ufffd"),
        (b"\x00\x01\x02\x03" * 50, None, None),
    ],
)
def test_encodings(content: bytes, declared: str | None, text: str | None) -> None:
    assert decode(content, declared) == text


@pytest.mark.parametrize(
    "page",
    [
        b"<div>" * 100_000 + b"<p>Ketamine may help some people with their depression, say the nurses.</p>",
        b"<div>" * 80_000
        + b"<p>Ketamine may help some people with their depression, say the nurses.</p>"
        + b"</div>" * 80_000,
        b"<table><tr><td>" * 30_000 + b"Ketamine may help some people with their depression, say the nurses.",
        b"<ul><li>" * 50_000 + b"Ketamine may help some people with their depression, say the nurses.",
        b"<p>Ketamine may help some people with their depression, say the nurses.</p>" + b"<!--" * 100_000,
        b"<p>Ketamine may help\0 some people with their depression, say the nurses.</p>" + b"<a href=x>y</a>" * 50_000,
    ],
    ids=["open", "closed", "tables", "lists", "comments", "links"],
)
def test_hostile_pages_take_seconds_at_most(page: bytes) -> None:
    started = time.process_time()
    found = extract(Page("page.html", page, "text/html"))
    assert time.process_time() - started < 10
    assert isinstance(found, Document)
    assert "Ketamine may help" in found.text


@settings(deadline=None, max_examples=300)
@given(
    st.binary(max_size=400),
    st.sampled_from(["text/html", "text/plain", "text/markdown"]),
    st.none() | st.text(max_size=8),
)
def test_any_bytes(content: bytes, media_type: str, encoding: str | None) -> None:
    check_offsets(Page("x", content, media_type, encoding))


TAGS = st.sampled_from(
    (
        "<p> </p> <div> </div> <li> <ul> </ul> <table> <tr> <td> <th> </table> <details> <summary> <h2> </h2> <br> "
        "<a> </a> <span> </span> <b> <sup> <button> <nav> <form> <dt> <dd> <template> <svg> <body> </body> </html>"
    ).split()
)


@settings(deadline=None, max_examples=300)
@given(st.lists(TAGS | st.text(max_size=12) | st.sampled_from(["75%", "1", "Is it?", "• ", "&nbsp;"]), max_size=40))
def test_any_markup(parts: list[str]) -> None:
    check_offsets(Page("x", "".join(parts).encode("utf-8", "replace"), "text/html"))


def check_offsets(page: Page) -> None:
    found = extract(page)
    if isinstance(found, Skipped):
        assert found.reason
        return
    ends = [0]
    for block in found.blocks:
        assert ends[-1] <= block.start < block.end <= len(found.text)
        assert found.text[block.start : block.end].strip() == found.text[block.start : block.end]
        ends.append(block.end)
    for sentence in split(found):
        assert found.text[sentence.start : sentence.end] == sentence.text
        assert sentence.text
