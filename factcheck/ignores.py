"""`<!-- factcheck: ignore ENTRY reason -->` on a page: which sentences it covers, and whether it silences anything.

A comment covers the block (paragraph, list item, cell, heading) that it stands in; between blocks, the next one. It has to
name the entries, separated by commas, and give a reason.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Final

from factcheck.domain import Finding, Notice, Page, Report, Suppression
from factcheck.locate import SourceText
from factcheck.markup import INLINE

_COMMENT: Final = re.compile(r"<!--\s*factcheck:\s*ignore\b(?P<rest>[^<>]{0,1000}?)-->", re.IGNORECASE)
_REST: Final = re.compile(
    r"\A\s*(?P<entries>[a-z0-9.-]+(?:\s*,\s*[a-z0-9.-]+)*)(?:\s*[:–—]\s*|\s+)(?P<reason>\S.*)", re.DOTALL
)
_TAG: Final = re.compile(r"</?(?P<name>[a-z][a-z0-9-]*)\b[^<>]*>", re.IGNORECASE)
_PARAGRAPH: Final = re.compile(r"\n[ \t]*\r?(?=\n)|\n(?=[ \t]{0,12}(?:[-*+>#|]|\d{1,3}[.)]))")
#: Comments that are read; a page with more is no page that a person suppresses findings on.
_MOST: Final = 1000
_FORM: Final = "write <!-- factcheck: ignore ENTRY reason -->"


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment: the entries it names, why, its line, and the stretch of the source that it covers."""

    entries: tuple[str, ...]
    reason: str
    line: int
    start: int
    end: int


def ignores(page: Page, source: SourceText) -> tuple[list[Ignore], list[Notice]]:
    """The comments of a page, and what is wrong with those that are refused."""
    if page.media_type not in ("text/html", "text/markdown") or "factcheck:" not in source.text:
        return [], []
    found, notices = [], []
    edges: list[tuple[int, int]] | None = None
    for comment in islice(_COMMENT.finditer(source.text), _MOST):
        line = source.line(comment.start())
        parts = _REST.fullmatch(comment["rest"].strip())
        if not parts:
            notices.append(Notice(f"suppression refused: it needs an entry and a reason; {_FORM}", line))
            continue
        edges = edges if edges is not None else sorted(_edges(source.text, page.media_type))
        start, end = _covered(source, edges, comment.start(), comment.end())
        entries = tuple(entry.strip() for entry in parts["entries"].split(","))
        found.append(Ignore(entries, " ".join(parts["reason"].split()), line, start, end))
    return found, notices


def suppress(report: Report, found: list[Ignore], places: list[tuple[int, int] | None]) -> Report:
    """The report with the covered findings suppressed, and a notice for each entry that a comment names in vain.

    A finding is silenced only when every entry that flags it is named.
    """
    used: set[tuple[int, str]] = set()
    sentences: list[Finding] = []
    for finding, place in zip(report.sentences, places, strict=True):
        here = (
            [n for n, i in enumerate(found) if place and i.start <= place[0] < i.end] if finding.label.flagged else []
        )
        named = {entry: n for n in here for entry in found[n].entries}
        flagging = flagging_entries(finding)
        hits = [entry for entry in flagging if entry in named]
        used.update((named[entry], entry) for entry in hits)
        if hits and len(hits) == len(flagging):
            reason = "; ".join(dict.fromkeys(found[named[entry]].reason for entry in hits))
            finding = replace(finding, suppressed=Suppression("inline", reason))
        sentences.append(finding)
    unused = [
        Notice(f"unused suppression: nothing in its block is flagged for {entry}; remove it", ignore.line)
        for n, ignore in enumerate(found)
        for entry in ignore.entries
        if (n, entry) not in used
    ]
    return replace(report, sentences=tuple(sentences), notices=(*report.notices, *unused))


def flagging_entries(finding: Finding) -> tuple[str, ...]:
    """The entries for which a sentence is flagged."""
    return tuple(dict.fromkeys(c.entry.id for c in finding.claims if c.label is not None and c.label.flagged))


def _edges(text: str, media_type: str) -> Iterator[tuple[int, int]]:
    for tag in _TAG.finditer(text):
        if tag["name"].lower() not in INLINE:
            yield tag.span()
    if media_type == "text/markdown":
        yield from (found.span() for found in _PARAGRAPH.finditer(text))


def _covered(source: SourceText, edges: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    index = bisect_left(edges, (start,))
    at = edges[index - 1][1] if index else 0
    for first, stop in chain(islice(edges, index, None), [(len(source.text), len(source.text))]):
        if first >= end:
            if source.shows_text(at, first):
                return at, first
            at = stop
    return end, end
