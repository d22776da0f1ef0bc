"""Hostile pages: the kept ones of tests/hostile/, and big ones that are made here, each for what it tries to break."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

KEPT = Path(__file__).parent / "hostile"
#: The large pages are made a little larger than this, past which memory is held to a multiple of the input.
MB = 1_000_000
MEDIA_TYPES = {".html": "text/html", ".txt": "text/plain", ".md": "text/markdown"}
FILLER = "<p>Ketamine may help some people with their depression, say the nurses of the clinic.</p>"


def kept() -> dict[str, tuple[bytes, str]]:
    """Content and media type of each kept page, by file name."""
    return {path.name: (path.read_bytes(), MEDIA_TYPES[path.suffix]) for path in sorted(KEPT.iterdir())}


def filled(unit: str, end: str = "", size: int = MB) -> bytes:
    """A page of `size` bytes and some: one paragraph that can be read, then the unit again and again."""
    start = f"<!doctype html><title>Hostile</title><body>{FILLER}"
    room = size - len(start.encode()) - len(end.encode())
    return (start + unit * (room // len(unit.encode()) + 1) + end).encode()


def _attributes(size: int) -> bytes:
    names = " ".join(f"a{n}" for n in range(size))  # a tenth of the name's length is the space before it
    return f"<!doctype html><body>{FILLER}<p {names[:size]}>Text.</p>".encode()


def _crowded(size: int) -> bytes:
    tag = f"<p {' '.join(f'a{n}' for n in range(1900))}>x</p>"
    return filled(tag, size=size)


def _json_ld(content: str) -> bytes:
    return f'<!doctype html><body>{FILLER}<script type="application/ld+json">{content}</script>'.encode()


def _words(size: int) -> str:
    return " ".join(f"word{n:x}" for n in range(size // 10))


#: Name -> a page of about so many bytes.
BIG: dict[str, Callable[[int], bytes]] = {
    "divs nested": lambda size: filled("<div>", size=size),
    "unknown elements nested": lambda size: filled("<x-y>", size=size),
    "articles nested": lambda size: filled("<article>", size=size),
    "forms and lists nested": lambda size: filled("<ul><li>", size=size),
    "tables nested": lambda size: filled("<table><tr><td>", size=size),
    "tables in broken places": lambda size: filled("<table><div>x", size=size),
    "table rows": lambda size: filled("<tr><td>a<td>b", "</table>", size=size).replace(b"</p>", b"</p><table>", 1),
    "rows as crowded as they may be": lambda size: filled(
        "<tr><td>" + "ab cd ef gh " * 10 + "<td>" + "ab cd ef gh " * 8, "</table>", size=size
    ).replace(b"</p>", b"</p><table>", 1),
    "headings as crowded as they may be": lambda size: filled("<h1>" + "Ab cd. Ef gh. Ij kl. " * 4, size=size),
    "attributes as crowded as they may be": lambda size: filled(
        "<p " + "".join(f" a{n}" + "=" + "x" * 25 for n in range(300)) + ">x", size=size
    ),
    "formatting nested": lambda size: filled("<b><i><u>", size=size),
    "formatting misnested": lambda size: filled("<b><p></b>x", size=size),
    "links misnested": lambda size: filled("<a href=x><p>y", size=size),
    "fonts over paragraphs": lambda size: filled("<font size=1><p>", size=size),
    "spans nested": lambda size: filled("<span>", size=size),
    "buttons": lambda size: filled("<button>Is it?</button>", size=size),
    "questions": lambda size: filled("<h3>Is it?</h3><p>x</p>", size=size),
    "numbers beside labels": lambda size: filled("<div><b>75%</b><i>of us</i></div>", size=size),
    "steps": lambda size: filled("<div>1</div><div>2</div>", size=size),
    "headings": lambda size: filled("<h1>A", size=size),
    "headings that differ": lambda size: (FILLER + "".join(f"<h1>A{n:x}" for n in range(size // 9))).encode(),
    "headings as many as they may be": lambda size: (
        FILLER + "".join(f"<h3>Clinic {n:x} of town {n:x}</h3>{' ' * 9}" for n in range(size // 41))
    ).encode(),
    "short sentences": lambda size: filled("<p>" + "Abcd ef ghi jk. " * 100, size=size),
    "line breaks": lambda size: filled("a<br>", size=size),
    "comments open": lambda size: filled("<!--", size=size),
    "tags open": lambda size: filled("<", size=size),
    "end tags": lambda size: filled("</p>", size=size),
    "entities": lambda size: filled("&lt;", size=size),
    "entities unknown": lambda size: filled("&a;", size=size),
    "attributes": _attributes,
    "attributes of many tags": _crowded,
    "attribute of one megabyte": lambda size: filled("x", '">', size=size).replace(b"</p>", b'</p><p class="', 1),
    "class names": lambda size: filled("nav- ", '">y</p>', size=size).replace(b"</p>", b'</p><p class="', 1),
    "style declarations": lambda size: filled("a:b;", '">y</p>', size=size).replace(b"</p>", b'</p><p style="', 1),
    "style rules": lambda size: filled(".a{b:c}", "</style>", size=size).replace(b"<body>", b"<style>", 1),
    "style rules open": lambda size: filled(".a{", "</style>", size=size).replace(b"<body>", b"<style>", 1),
    "style comments open": lambda size: filled("/*", "</style>", size=size).replace(b"<body>", b"<style>", 1),
    "alternative texts": lambda size: filled("<img alt='ketamine helps all of us'>", size=size),
    "alternative texts that differ": lambda size: (
        FILLER + "".join(f"<img alt='a b c d{n}'>" for n in range(size // 20))
    ).encode(),
    "json nested": lambda size: _json_ld("[" * size),
    "json values": lambda size: _json_ld(
        json.dumps([{"description": f"one two three four {n}"} for n in range(size // 42)])
    ),
    "json scripts": lambda size: filled('<script type="application/ld+json">{}</script>', size=size),
    "json of markup": lambda size: _json_ld(
        json.dumps({"description": "<div>" * (size // 6) + "one two three four five"})
    ),
    "json of many markups": lambda size: _json_ld(
        json.dumps([{"description": "<b>" * 40 + "a b c d"}] * (size // 150))
    ),
    "meta charset": lambda size: filled("<meta ", size=size),
    "word of one megabyte": lambda size: filled("a", size=size),
    "word of digits": lambda size: filled("1", size=size),
    "word of digits and commas": lambda size: filled("1,", size=size),
    "word of periods": lambda size: filled(".", size=size),
    "word of hyphens": lambda size: filled("-", size=size),
    "word of hyphens and letters": lambda size: filled("a-", size=size),
    "word of slashes": lambda size: filled("a/", size=size),
    "word of underscores": lambda size: filled("_", size=size),
    "word of apostrophes": lambda size: filled("'", size=size),
    "word of ands": lambda size: filled("a&amp;", size=size),
    "address of one megabyte": lambda size: filled("a.", size=size).replace(b"</p>", b"</p>http://", 1),
    "addresses of mail": lambda size: filled("a@", size=size),
    "words that differ": lambda size: (FILLER + "<p>" + _words(size)).encode(),
    "brackets": lambda size: filled("(", size=size),
    "quotes open": lambda size: filled("“A b. ", size=size),
    "footnotes": lambda size: filled("x.[1,2,3,4] ", size=size),
    "footnote open": lambda size: filled("[1,", size=size),
    "bullets": lambda size: filled("• a ", size=size),
    "enumeration": lambda size: filled("1. A ", size=size),
    "months": lambda size: filled("Jan 1 ", size=size),
    "dashes": lambda size: filled("— ", size=size),
    "semicolons": lambda size: filled("ketamine; ", size=size),
    "commas": lambda size: filled("ketamine, which is, ", size=size),
    "glued sentences": lambda size: filled("abc.Def", size=size),
    "one sentence of claims": lambda size: filled("ketamine is not FDA approved and ", size=size),
    "drug names": lambda size: filled("ketamine ", size=size),
    "negations": lambda size: filled("not ", size=size),
    "numbers": lambda size: filled("70 % of 5 mg ", size=size),
    "white space": lambda size: filled(" ", "x", size=size),
    "line ends": lambda size: filled("\n", "x", size=size),
    "zero-width characters": lambda size: filled("\u200b", "x", size=size),
    "zero-width in words": lambda size: filled("ke\u200bta\u2060mine ", size=size),
    "marks that combine": lambda size: filled("a" + "\u0301" * 50, size=size),
    "direction overrides": lambda size: filled("\u202eabc\u202c ", size=size),
    "emoji": lambda size: filled("👩‍👩‍👧‍👦 ", size=size),
    "look-alikes": lambda size: filled("kеtаminе ", size=size),  # with Cyrillic letters
    "NUL bytes": lambda size: filled("a\0 ", size=size).replace(b"a\0 a\0 ", b"word of text "),
    "control characters": lambda size: filled("words and words of text\x01 ", size=size),
    "surrogates as bytes": lambda size: filled("text", size=size) + b"\xed\xa0\x80" * 9,
    "punycode": lambda size: b"<meta charset=punycode>" + FILLER.encode() + b"\xff" + b"-a" * (size // 2),
    "utf-7": lambda size: b"<meta charset=utf-7>" + FILLER.encode() + b"\xff" + b"+AGEAYg-" * (size // 8),
    "unicode_escape": lambda size: (
        b"<meta charset=unicode_escape>" + FILLER.encode() + b"\xff" + b"\\N{DIGIT ONE}" * (size // 13)
    ),
    "foreign line": lambda size: filled("é ", size=size),
    "foreign lines": lambda size: filled("<p>été à la plage où l’âne brait", size=size),
    "foreign lines as crowded as they may be": lambda size: filled(
        "<p>" + "été à la plage où l’âne brait, " * 3, size=size
    ),
    "scripts": lambda size: filled("<script>x</script>", size=size),
    "templates": lambda size: filled("<template>", size=size),
    "svg and math": lambda size: filled("<svg><math>", size=size),
    "selects": lambda size: filled("<select><option>x", size=size),
    "frames": lambda size: filled("<frameset><frame>", size=size),
    "plaintext": lambda size: filled("<plaintext>", size=size),
    "definitions": lambda size: filled("<dl><dt>Is it?<dd>x", size=size),
    "details": lambda size: filled("<details><summary>Is it?</summary>x", size=size),
    "roles": lambda size: filled("<i role=row><p role=cell>x", size=size),
    "counters": lambda size: filled("<span data-to=9>1</span>", size=size),
    "raised numbers": lambda size: filled("<sup><a href=#n>1</a></sup>", size=size),
    "raised nested": lambda size: filled("<sup>", size=size),
    "text: lines": lambda size: _lines("ab\n", size),
    "text: long lines": lambda size: _lines("Ketamine may help some people. " * 4 + "\n", size),
    "text: one line": lambda size: _lines("Ketamine may help some people. ", size),
    "text: form feeds": lambda size: _lines("a\f", size),
    "text: separators": lambda size: _lines("a\u2028", size),
    "text: list": lambda size: _lines("- a\n", size),
    "text: UTF-16": lambda size: _lines("Ketamine may help some people. ", size // 2).decode().encode("utf-16"),
    "markdown: quotes nested": lambda size: _lines("> ", size),
    "markdown: lists nested": lambda size: _lines("- ", size),
    "markdown: brackets": lambda size: _lines("[", size),
    "markdown: links": lambda size: _lines("[a](", size),
    "markdown: images": lambda size: _lines("![", size),
    "markdown: stars": lambda size: _lines("*a **b ", size),
    "markdown: stars paired": lambda size: _lines("*a* ", size),
    "markdown: ticks": lambda size: _lines("` `` ", size),
    "markdown: ticks that grow": lambda size: "".join("e" + "`" * n for n in range(int((2 * size) ** 0.5))).encode(),
    "markdown: entities": lambda size: _lines("&a;", size),
    "markdown: tags open": lambda size: _lines("<a ", size),
    "markdown: definitions": lambda size: _lines("[a]: b\n", size),
    "markdown: tables": lambda size: _lines("|", 2_000) + b"\n" + _lines("-|", 4_000) + b"\n" + _lines("|\n", size),
    "markdown: paragraphs": lambda size: _lines("a\n\n", size),
    "markdown: escapes": lambda size: _lines("\\[", size),
}


def _lines(unit: str, size: int) -> bytes:
    start = "Ketamine may help some people with their depression, say the nurses of the clinic.\n\n"
    return (start + unit * (size // len(unit.encode()) + 1)).encode()


#: The media type of those that are not HTML.
TYPES = {
    name: {"text": "text/plain", "markdown": "text/markdown"}[name.partition(":")[0]] for name in BIG if ":" in name
}
