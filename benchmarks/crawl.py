"""WARC files of any size, made of real page layouts, each copy varied: what `benchmarks/audit.py` reads.

The rule: the pages are the fixture pages and, where they are at hand, those of WCXB, in turn. Copy number N of a page stands on a
site with 19 others. In every text of a copy (between tags outside scripts and styles, in descriptions and image
texts, in the strings of JSON-LD) each stretch that ends like a sentence, or with the text, and has four words or more gets " in "
and a place name before its end; the name is coined from N. So no sentence of four words or more stands on two pages unless it
stood twice on the page it was made from; shorter ones, headings and labels, repeat as they do between the pages of real sites.
"""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Copies of different pages that make a site.
SITE = 20

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


def originals(shared: Path) -> tuple[list[str], list[str]]:
    """The fixture pages and the WCXB pages (none where they are absent)."""
    fixtures = [
        p.read_bytes().decode("utf-8", "replace")
        for p in sorted((ROOT / "data" / "gold" / "pages").glob("*/page.html"))
    ]
    wcxb = sorted((shared / "wcxb" / "html").glob("*.html.gz"))
    return fixtures, [gzip.decompress(p.read_bytes()).decode("utf-8", "replace") for p in wcxb]


def copies(pages: list[str], count: int) -> Iterator[tuple[str, bytes]]:
    """Address and HTML of so many copies."""
    for number in range(count):
        site, page = divmod(number, SITE)
        yield (
            f"https://www.clinic-{site}.com/{page}",
            varied(pages[number % len(pages)], number).encode("utf-8", "replace"),
        )


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


def write(path: Path, pages: list[str], count: int) -> int:
    """Write a .warc.gz file of so many copies; its bytes of HTML."""
    size = 0
    with path.open("wb") as out:
        for url, html in copies(pages, count):
            size += len(html)
            out.write(record(url, html))
    return size
