"""WARC files of any size, made of real page layouts, each copy varied: what audits are measured on.

The rule: the pages are taken in turn. Copy number N of a page stands on a site with 19 others. In every text of a copy (between
tags outside scripts and styles, in descriptions and image texts, in the strings of JSON-LD) each stretch that ends like a
sentence, or with the text, and has four words or more gets " in " and a place name before its end; the name is coined from N. So
no sentence of four words or more stands on two pages unless it stood twice on the page it was made from; shorter ones, headings
and labels, repeat as they do between the pages of real sites.
"""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Copies of different pages that make a site.
SITE = 20
#: Part of an address by which a page is about ketamine, whatever stands on it.
TOPIC = "ketamine/"

_CODE = re.compile(r"(?is)(<script\b.*?</script\s*>|<style\b.*?</style\s*>|<!--.*?-->)")
_TEXT = re.compile(r"(?<=>)[^<]+(?=<)")
_ATTRIBUTE = re.compile(r"(?i)(?<=\bcontent=\")[^\"]{20,}|(?<=\balt=\")[^\"]{20,}")
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.){20,}\"")
_STRETCH = re.compile(r"[^.!?]*[^.!?\s][.!?]*(?=\s|$|\")")
_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


def place(number: int) -> str:
    """A name that no other number gives: 0 -> "Bababa", 1 -> "Bababe"."""
    parts = []
    for _ in range(3):
        number, part = divmod(number, len(_SYLLABLES))
        parts.append(_SYLLABLES[part])
    return "".join(reversed(parts)).capitalize()


def varied(html: str, number: int) -> str:
    """A copy of a page by the rule above."""
    name = f" in {place(number)}"

    def stretch(found: re.Match[str]) -> str:
        text = found[0]
        if len(text.split()) < 4:
            return text
        end = len(text.rstrip(".!?"))
        return text[:end] + name + text[end:]

    def every(found: re.Match[str]) -> str:
        return _STRETCH.sub(stretch, found[0])

    parts = _CODE.split(html)
    for i, part in enumerate(parts):
        if i % 2 == 0:
            parts[i] = _ATTRIBUTE.sub(every, _TEXT.sub(every, part))
        elif "ld+json" in part[:200]:
            parts[i] = _STRING.sub(every, part)
    return "".join(parts)


def fixtures() -> list[str]:
    """The fixture pages, which are about ketamine."""
    paths = sorted((ROOT / "data" / "gold" / "pages").glob("*/page.html"))
    return [p.read_bytes().decode("utf-8", "replace") for p in paths]


def wcxb(shared: Path) -> dict[str, list[str]]:
    """The WCXB pages by type, which are about other things; none where they are absent."""
    pages: dict[str, list[str]] = {}
    for path in sorted((shared / "wcxb" / "html").glob("*.html.gz")):
        truth = json.loads((shared / "wcxb" / "ground-truth" / f"{path.name[:4]}.json").read_text(encoding="utf-8"))
        html = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
        pages.setdefault(truth["_internal"]["page_type"]["primary"], []).append(html)
    return dict(sorted(pages.items(), reverse=True))


def page_sets(shared: Path) -> dict[str, tuple[list[str], str]]:
    """Sets of pages by name, each with the path that their addresses have: our own; those of WCXB by type; and its service pages
    once more under addresses that name ketamine, so that all of their sentences are read and judged."""
    sets = {"fixture pages": (fixtures(), "")} | {f"{kind} pages": (pages, "") for kind, pages in wcxb(shared).items()}
    if "service pages" in sets:
        sets["service pages, all judged"] = sets["service pages"][0], TOPIC
    return sets


def originals(shared: Path) -> list[str]:
    """The fixture pages and all WCXB pages."""
    return [*fixtures(), *(page for pages in wcxb(shared).values() for page in pages)]


def copies(pages: Sequence[str], count: int, path: str = "") -> Iterator[tuple[str, bytes]]:
    """Address and HTML of so many copies; `path` is part of each address."""
    for number in range(count):
        site, page = divmod(number, SITE)
        html = varied(pages[number % len(pages)], number)
        yield f"https://www.clinic-{site}.com/{path}{page}", html.encode("utf-8", "replace")


def record(url: str, html: bytes, date: str = "2026-01-02T03:04:05Z") -> bytes:
    """A WARC response record, packed."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(html) + html
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=4, mtime=0) as file:
        file.write(head.encode() + http + b"\r\n\r\n")
    return packed.getvalue()


def write(archive: Path, pages: Sequence[str], count: int, path: str = "") -> int:
    """Write a .warc.gz file of so many copies; its bytes of HTML."""
    size = 0
    with archive.open("wb") as out:
        for url, html in copies(pages, count, path):
            size += len(html)
            out.write(record(url, html))
    return size
