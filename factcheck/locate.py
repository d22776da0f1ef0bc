"""Sentence -> where it stands in the file it came from: line and column, for editors, code hosts and comments that suppress.

Extraction keeps no offsets into the markup, so a sentence is found again by its letters and digits alone: tags, entities and
white space between them do not matter.
"""

from __future__ import annotations

import html
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from factcheck.domain import Channel, Finding, Label, Page, Report, Sentence, SourceSpan
from factcheck.extract import decode

#: Sources with more characters than this are not searched; an article has below a fiftieth of it.
MAX_CHARACTERS: Final = 5_000_000
#: Places at which a sentence's letters are tried; more are a text of one repeated word.
_TRIES: Final = 50

_WORD: Final = re.compile(r"[^\W_]+")
_STOP: Final = re.compile(r"[\W_]*\Z")
_HIDDEN: Final = (
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<raw>script|style|template|noscript|svg|textarea)\b[^<>]*>.*?(?:</(?P=raw)\s*>|\Z)"
    r"|<[a-z/!?][^<>]*>"
)
_ENTITY: Final = r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});"
_HTML: Final = re.compile(f"(?P<hidden>{_HIDDEN})|{_ENTITY}", re.IGNORECASE | re.DOTALL)
_MARKDOWN: Final = re.compile(
    rf"(?P<hidden>\A---\r?\n.*?\n---\r?\n|\]\([^()\n]{{0,2000}}\)|{_HIDDEN})|{_ENTITY}", re.IGNORECASE | re.DOTALL
)
_RAW: Final = re.compile(
    rf"(?P<hidden>(?!))|{_ENTITY}", re.IGNORECASE
)  # hides nothing: attributes and scripts hold text too
_PATTERNS: Final = {"text/html": _HTML, "text/markdown": _MARKDOWN}


class SourceText:
    """A page's decoded source, with its letters and digits in one string and where each run of them stands."""

    def __init__(self, text: str, media_type: str) -> None:
        self.text = text
        self._shown = _Letters(text, _PATTERNS.get(media_type))
        self._all = self._shown if media_type not in _PATTERNS else _Letters(text, _RAW)
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]

    @classmethod
    def of(cls, page: Page) -> SourceText | None:
        """The source of a page; None where lines of it mean nothing, or it is too long."""
        text = None if page.converted else decode(page.content, page.encoding)
        return cls(text, page.media_type) if text is not None and len(text) <= MAX_CHARACTERS else None

    def find(self, sentences: Iterable[Sentence]) -> list[tuple[int, int] | None]:
        """Start and end of each sentence in the source, in page order; None where its letters do not stand together."""
        found: list[tuple[int, int] | None] = []
        at = 0
        for sentence in sentences:
            key = "".join(_WORD.findall(sentence.text))
            if sentence.channel not in (Channel.BODY, Channel.TITLE):
                found.append(self._all.span(key, 0))
                continue
            start = self._shown.index(key, at if sentence.channel is Channel.BODY else 0)
            if start < 0:
                start = self._shown.index(key, 0)
            elif sentence.channel is Channel.BODY:
                at = start + len(key)
            found.append(self._with_stop(sentence, self._shown.stretch(start, len(key))) if start >= 0 else None)
        return found

    def _with_stop(self, sentence: Sentence, place: tuple[int, int]) -> tuple[int, int]:
        """The stretch with the stop or quote that ends the sentence, where it follows at once."""
        stop = _STOP.search(sentence.text[-4:])
        ends = stop is not None and self.text.startswith(stop[0], place[1])
        return place[0], place[1] + len(stop[0]) if stop and ends else place[1]

    def shows_text(self, start: int, end: int) -> bool:
        """Whether a reader sees a letter or digit of this stretch."""
        return self._shown.any(start, end)

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return bisect_right(self._lines, offset)

    def span(self, start: int, end: int) -> SourceSpan:
        """A stretch as lines and columns."""
        first, last = self.line(start), self.line(end)
        return SourceSpan(first, start - self._lines[first - 1] + 1, last, end - self._lines[last - 1] + 1)


class _Letters:
    """The letters and digits of a text without what `hidden` matches."""

    def __init__(self, text: str, hidden: re.Pattern[str] | None) -> None:
        pieces: list[str] = []
        self._starts, self._at, self._ends = array("l"), array("l"), array("l")  # of each run: in `joined`, in the text
        self._size = at = 0
        for found in hidden.finditer(text) if hidden else ():
            self._take(text[at : found.start()], at, None, pieces)
            if found["hidden"] is None:
                self._take(html.unescape(found[0]), found.start(), found.end(), pieces)
            at = found.end()
        self._take(text[at:], at, None, pieces)
        self.joined = "".join(pieces)

    def _take(self, text: str, at: int, end: int | None, pieces: list[str]) -> None:
        for run in _WORD.finditer(text):
            pieces.append(run[0])
            self._starts.append(self._size)
            self._at.append(at if end else at + run.start())
            self._ends.append(end or at + run.end())
            self._size += len(run[0])

    def index(self, key: str, start: int) -> int:
        """Where whole runs of letters spell the key, from `start` on; -1 where none do."""
        if not key:
            return -1
        for _ in range(_TRIES):
            start = self.joined.find(key, start)
            if start < 0:
                return -1
            if self._is_start(start) and self._is_start(start + len(key)):
                return start
            start += 1
        return -1

    def span(self, key: str, start: int) -> tuple[int, int] | None:
        """The same as a stretch of the text."""
        at = self.index(key, start)
        return self.stretch(at, len(key)) if at >= 0 else None

    def stretch(self, start: int, length: int) -> tuple[int, int]:
        """Start and end in the text of so many letters."""
        first, last = bisect_right(self._starts, start) - 1, bisect_right(self._starts, start + length - 1) - 1
        return self._at[first], self._ends[last]

    def any(self, start: int, end: int) -> bool:
        """Whether a run begins in this stretch of the text."""
        index = bisect_left(self._at, start)
        return index < len(self._at) and self._at[index] < end

    def _is_start(self, at: int) -> bool:
        index = bisect_left(self._starts, at)
        return at == self._size or (index < len(self._starts) and self._starts[index] == at)


def located(report: Report, source: SourceText) -> tuple[Report, list[tuple[int, int] | None]]:
    """The report with line and column for each claim that is found, and the offsets of every sentence."""
    places = source.find(finding.sentence for finding in report.sentences)
    sentences = [_placed(f, source, at) for f, at in zip(report.sentences, places, strict=True)]
    return replace(report, sentences=tuple(sentences)), places


def _placed(finding: Finding, source: SourceText, place: tuple[int, int] | None) -> Finding:
    if place is None or finding.label is Label.NO_CLAIM:
        return finding
    return replace(finding, sentence=replace(finding.sentence, source_span=source.span(*place)))
