"""A page to read: each page's text with its findings marked in place, the reason and source of each beside it.

One file without script or request: the filter is CSS, and the content security policy allows the one style sheet by its
hash and nothing else. Jinja2 escapes every value.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from factcheck.domain import BlockKind, Channel, Finding, Label, Report
from factcheck.reports.said import (
    WHERE,
    citation,
    cited,
    deciding,
    disclosed,
    live_link,
    marks,
    name,
    places,
    visible,
    web_address,
)
from factcheck.reports.view import View

_TEMPLATES: Final = Path(__file__).parent / "templates"
#: In the filter, worst first.
_VERDICTS: Final = (Label.CONTRADICTED, Label.OVERSTATED, Label.UNVERIFIED, Label.SUPPORTED)


@dataclass(frozen=True, slots=True)
class Card:
    """What stands beside a marked sentence. `kind` is its verdict, or `suppressed`."""

    number: int
    anchor: str
    kind: str
    verdict: str
    sure: str
    where: str
    severity: str
    explanation: str
    sources: tuple[tuple[str, str | None], ...]
    instead: str
    entries: str
    live: str | None
    suppressed: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Text of a block: plain where `card` is None, else a marked sentence. `words` are its parts, true for deciding ones."""

    words: tuple[tuple[str, bool], ...]
    card: Card | None = None
    first: bool = False  # where the sentence stands several times, the first carries the anchor


@dataclass(frozen=True, slots=True)
class Row:
    """A block of the page."""

    tag: str
    context: str
    stretches: tuple[Stretch, ...]

    @property
    def noted(self) -> bool:
        """Whether a marked sentence stands in it."""
        return any(stretch.card for stretch in self.stretches)


@dataclass(frozen=True, slots=True)
class Section:
    """A page as the template shows it."""

    anchor: str
    title: str
    source: str
    link: str | None
    skipped: str
    counts: tuple[tuple[str, str, int], ...]
    rows: tuple[Row, ...]
    aside: tuple[Row, ...]
    notices: tuple[str, ...]
    discloses: str
    lacks: str


class HtmlWriter:
    """`scan --format html`: one self-contained document for the whole run."""

    def __init__(self, out: TextIO, view: View) -> None:
        self._out, self._view = out, view
        self._sections: list[Section] = []

    def page(self, report: Report) -> None:
        """Keep one page for the end."""
        self._sections.append(_section(report, len(self._sections) + 1))

    def close(self) -> None:
        """Write the document."""
        environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        style = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        shown = {Label.CONTRADICTED, Label.OVERSTATED, *self._view.show}
        found = {kind for section in self._sections for kind, _, _ in section.counts}
        filters = [(label.value, name(label), label in shown or self._view.every) for label in _VERDICTS]
        if "suppressed" in found:
            filters.append(("suppressed", "suppressed", self._view.every))
        for part in environment.get_template("report.html.j2").generate(
            sections=self._sections,
            filters=filters,
            tool=self._view.tool,
            style=Markup(style),  # noqa: S704  (our own file)
            style_hash=digest,
        ):
            self._out.write(part)
        self._out.write("\n")


def _section(report: Report, number: int) -> Section:
    # Findings are numbered first, so that their numbers run on where only they are shown.
    claims = [f for f in report.sentences if f.label is not Label.NO_CLAIM]
    claims.sort(key=lambda finding: not finding.label.flagged or finding.suppressed is not None)
    cards = {finding.id: _card(report, finding, n, f"p{number}") for n, finding in enumerate(claims, 1)}
    rows = list(_rows(report, cards))
    discloses, lacks = disclosed(report)
    kinds = [card.kind for card in cards.values()]
    order = [*(label.value for label in _VERDICTS), "suppressed"]
    return Section(
        anchor=f"p{number}",
        title=visible(report.title or report.source),
        source=visible(report.source),
        link=web_address(report.source),
        skipped=visible(report.skipped.reason) if report.skipped else "",
        counts=tuple((kind, kind.replace("_", " "), kinds.count(kind)) for kind in order if kind in kinds),
        rows=tuple(row for channel, row in rows if channel is Channel.BODY),
        aside=tuple(row for channel, row in rows if channel is not Channel.BODY),
        notices=tuple(f"line {n.line}: {visible(n.text)}" if n.line else visible(n.text) for n in report.notices),
        discloses=discloses,
        lacks=lacks,
    )


def _card(report: Report, finding: Finding, number: int, prefix: str) -> Card:
    sentence, silenced = finding.sentence, finding.suppressed
    return Card(
        number=number,
        anchor=f"{prefix}-{number}",
        kind="suppressed" if silenced else finding.label.value,
        verdict=name(finding.label),
        sure=f"{finding.confidence:.0%} sure",
        where=f"line {sentence.source_span.line}" if sentence.source_span else "",
        severity=finding.severity.value if finding.severity else "",
        explanation=visible(finding.explanation),
        sources=tuple((visible(citation(s)), web_address(s.url)) for s in cited(finding)),
        instead=visible(finding.suggestion or ""),
        entries=", ".join(dict.fromkeys(c.entry.id for c in deciding(finding))),
        live=live_link(report.source, sentence.text) if sentence.channel is Channel.BODY else None,
        suppressed=f"Suppressed ({silenced.kind}): {visible(silenced.reason)}" if silenced else "",
    )


_TAGS: Final = {
    BlockKind.HEADING: "heading",
    BlockKind.QUESTION: "question",
    BlockKind.LIST_ITEM: "item",
    BlockKind.QUOTE: "quote",
    BlockKind.TABLE_CELL: "cell",
}


def _rows(report: Report, cards: dict[str, Card]) -> Iterator[tuple[Channel, Row]]:
    """Every line of the page's text; lines are blocks."""
    standing = [
        (start, end, place, finding)
        for finding in report.sentences
        for place, (start, end) in enumerate(places(finding))
    ]
    standing.sort(key=lambda each: each[:3])
    at = index = 0
    for line in report.text.split("\n"):
        end = at + len(line)
        here = []
        while index < len(standing) and standing[index][0] < end:
            here.append(standing[index])
            index += 1
        if line.strip():
            yield _row(report.text, at, end, here, cards)
        at = end + 1


def _row(
    text: str, at: int, end: int, here: list[tuple[int, int, int, Finding]], cards: dict[str, Card]
) -> tuple[Channel, Row]:
    stretches: list[Stretch] = []
    done = at
    for start, stop, place, finding in here:
        card = cards.get(finding.id)
        if card is None or start < done:
            continue
        stretches.append(Stretch(((visible(text[done:start]), False),)))
        stretches.append(Stretch(_words(text[start : min(stop, end)], finding), card, first=place == 0))
        done = min(stop, end)
    stretches.append(Stretch(((visible(text[done:end]), False),)))
    sentence = here[0][3].sentence if here else None
    channel = sentence.channel if sentence else Channel.BODY
    context = ""
    if sentence and channel in WHERE:
        context = WHERE[channel].capitalize() + ":"
    elif sentence and sentence.kind is BlockKind.TABLE_CELL and sentence.heading:
        context = f"{visible(sentence.heading)}:"
    tag = _TAGS.get(sentence.kind, "paragraph") if sentence and channel is Channel.BODY else "paragraph"
    return channel, Row(tag, context, tuple(s for s in stretches if any(w for w, _ in s.words)))


def _words(text: str, finding: Finding) -> tuple[tuple[str, bool], ...]:
    parts, at = [], 0
    for start, end in marks(finding) if finding.label.flagged else ():
        parts += [(visible(text[at:start]), False), (visible(text[start:end]), True)]
        at = end
    return tuple((words, deciding) for words, deciding in [*parts, (visible(text[at:]), False)] if words)
