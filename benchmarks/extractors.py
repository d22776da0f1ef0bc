"""Extractors of main text: ours, and those of the peers that are installed, each from bytes of HTML to text."""

from __future__ import annotations

from collections.abc import Callable

from factcheck.domain import Channel, Document, Page
from factcheck.extract import extract

Extractor = Callable[[bytes], str]


def factcheck(html: bytes) -> str:
    """The body text of our own extraction; other channels do not count here."""
    document = extract(Page("page.html", html, "text/html"))
    if not isinstance(document, Document):
        return ""
    return "\n".join(document.text[b.start : b.end] for b in document.blocks if b.channel is Channel.BODY)


def found() -> dict[str, Extractor]:
    """All that are here, ours first."""
    extractors: dict[str, Extractor] = {"factcheck": factcheck}
    for add in (_trafilatura, _resiliparse, _readability, _justext):
        try:
            extractors |= add()
        except ImportError:
            continue
    return extractors


def _trafilatura() -> dict[str, Extractor]:
    import trafilatura

    return {
        "trafilatura": lambda html: trafilatura.extract(html) or "",
        "trafilatura, fast": lambda html: trafilatura.extract(html, fast=True) or "",
        "trafilatura, recall": lambda html: trafilatura.extract(html, favor_recall=True) or "",
    }


def _resiliparse() -> dict[str, Extractor]:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    def decode(html: bytes) -> str:
        return str(bytes_to_str(html, detect_encoding(html) or "utf-8"))

    return {
        "resiliparse, main": lambda html: str(extract_plain_text(decode(html), main_content=True)),
        "resiliparse, all": lambda html: str(extract_plain_text(decode(html))),
    }


def _readability() -> dict[str, Extractor]:
    from lxml import etree
    from lxml.html import fromstring
    from readability import Document as Readable
    from readability.readability import Unparseable

    def one(html: bytes) -> str:
        try:
            body = fromstring(Readable(html).summary(html_partial=True))
        except (Unparseable, etree.ParserError, ValueError):
            return ""
        return " ".join(body.itertext())

    return {"readability-lxml": one}


def _justext() -> dict[str, Extractor]:
    import justext
    from lxml import etree

    words = justext.get_stoplist("English")

    def one(html: bytes) -> str:
        try:
            paragraphs = justext.justext(html, words)
        except (etree.ParserError, ValueError):
            return ""
        return "\n".join(p.text for p in paragraphs if not p.is_boilerplate)

    return {"jusText": one}
