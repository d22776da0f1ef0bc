"""For reading in a terminal: each finding with its reason, source and licensed wording, at 80 columns."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Final, TextIO

from rich.console import Console
from rich.text import Text

from factcheck.domain import Channel, Claim, Finding, Label, Report
from factcheck.reports.view import Checked, View

_WIDEST: Final = 100  # longer lines are hard to read, however wide the terminal
_MOST_SOURCES: Final = 2
_FIELD: Final = 9  # the column in which a field's text begins, after its name
_STYLES: Final = {
    Label.CONTRADICTED: "bold red",
    Label.OVERSTATED: "bold yellow",
    Label.UNVERIFIED: "bold magenta",
    Label.SUPPORTED: "bold green",
    Label.NO_CLAIM: "bold",
}
_WHERE: Final = {
    Channel.TITLE: "in the page title",
    Channel.META: "in the description for search engines",
    Channel.ALT: "in the text for an image",
    Channel.HIDDEN: "in text hidden from readers",
    Channel.JSON_LD: "in the structured data for search engines",
}
# A page must not steer the reader's terminal, or turn its text round: controls and overrides become visible. One
# character for one, so that offsets hold.
_VISIBLE: Final = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys([0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys([0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029], " "),
}


class TextWriter:
    """`scan --format text`: title, summary and findings of each page as it comes, a total at the end."""

    def __init__(self, out: TextIO, view: View) -> None:
        self._paper, self._view = _Paper(out), view
        self._pages = self._skipped = 0

    def page(self, report: Report) -> None:
        """Write one page."""
        self._pages += 1
        if report.skipped:
            self._skipped += 1
            if self._view.list_skipped:
                self._paper.line(f"{visible(report.source)}: not checked: {visible(report.skipped.reason)}")
                self._paper.line()
            return
        self._paper.line(visible(report.title or report.source), "bold")
        if report.title:
            self._paper.line(visible(report.source), "dim")
        self._paper.paragraph(_summary(report))
        self._paper.line()
        shown = report.sentences if self._view.every else self._view.shown(report)
        if not any(f.label.flagged for f in shown):
            self._paper.paragraph(_nothing(report))
            self._paper.line()
        for number, finding in enumerate(shown, 1):
            self._paper.finding(finding, f"{number}. ")

    def close(self) -> None:
        """Write how many pages were checked, and by what."""
        if self._pages > 1:
            checked = self._pages - self._skipped
            self._paper.line(f"{checked} of {_count(self._pages, 'page')} checked, {self._skipped} not checked.")
        if self._pages > self._skipped:
            self._paper.footer(self._view)


def write_checked(sentences: Sequence[Checked], out: TextIO, view: View) -> None:
    """`check --format text`: every sentence, flagged or not, in the form of a finding."""
    paper = _Paper(out)
    for number, sentence in enumerate(sentences, 1):
        paper.finding(sentence.finding, f"{number}. " if len(sentences) > 1 else "")
    paper.footer(view)


def visible(text: str) -> str:
    """The text with control characters and direction overrides replaced, one for one."""
    return text.translate(_VISIBLE)


def _summary(report: Report) -> str:
    counts = report.summary
    parts = [f"{counts[label]} {_name(label)}" for label in reversed(Label) if counts[label]]
    return f"{_count(len(report.sentences), 'sentence')}: {', '.join(parts)}." if parts else "No sentences."


def _nothing(report: Report) -> str:
    claims = len(report.sentences) - report.summary[Label.NO_CLAIM]
    if not claims:
        return "Nothing flagged: no sentence makes a claim about a treatment."
    unverified = report.summary[Label.UNVERIFIED]
    if unverified:
        return f"Nothing flagged; {unverified} of {_count(claims, 'claim')} could not be settled (--show unverified)."
    return "Nothing flagged: the evidence supports every claim (--show supported)."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _name(label: Label) -> str:
    return label.value.replace("_", " ")


def _deciding(finding: Finding) -> list[Claim]:
    """The claims that gave the sentence its label."""
    return [c for c in finding.claims if c.label is finding.label] or list(finding.claims)


def _marks(finding: Finding) -> Iterator[tuple[int, int]]:
    """The deciding words as offsets into the sentence, in order; spans that overlap or only a hyphen parts are one."""
    size = len(finding.sentence.text)
    spans = sorted((c.start, min(c.end, size)) for claim in _deciding(finding) for c in claim.spans)
    current: tuple[int, int] | None = None
    for start, end in spans:
        if end <= start:
            continue
        if current and (start <= current[1] or finding.sentence.text[current[1] : start] in ("-", "‑")):
            current = (current[0], max(current[1], end))
            continue
        if current:
            yield current
        current = (start, end)
    if current:
        yield current


def _sources(finding: Finding) -> list[tuple[str, str | None]]:
    """Title, publisher and year in one line, and the link, of the sources that decided."""
    found: dict[str, str | None] = {}
    for claim in _deciding(finding):
        for source in claim.entry.sources:
            where = ", ".join(str(part) for part in (source.publisher, source.year) if part)
            found.setdefault(f"{source.title}. {where}." if where else source.title, source.url)
    return list(found.items())[:_MOST_SOURCES]


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise  # called while the error is handled; which exit code it gets is the command line's to say


class _Paper:
    """Lines of styled text on an output; plain where it is not a terminal or `NO_COLOR` is set."""

    def __init__(self, out: TextIO) -> None:
        # Stated here rather than left to the library, which lets FORCE_COLOR put escapes into files.
        color = out.isatty() and not os.environ.get("NO_COLOR")
        self._console = _Console(
            file=out,
            force_terminal=color,
            color_system="auto" if color else None,
            no_color=not color,
            highlight=False,
            markup=False,
            emoji=False,
        )
        self._color = color and self._console.color_system is not None
        self._width = min(self._console.width, _WIDEST)

    def line(self, text: str | Text = "", style: str = "") -> None:
        """One line as it is, however long: a terminal may break it, a link in it stays whole."""
        self._console.print(Text(text, style) if isinstance(text, str) else text, soft_wrap=True)

    def paragraph(self, text: str | Text, indent: int = 0, first: Text | None = None) -> None:
        """Text wrapped to the width, with a hanging indent after `first`."""
        body = Text(text) if isinstance(text, str) else text
        for number, row in enumerate(body.wrap(self._console, max(self._width - indent, 20))):
            row.rstrip()
            lead = first if first is not None and number == 0 else Text(" " * indent)
            self.line(Text.assemble(lead, row))

    def finding(self, finding: Finding, number: str) -> None:
        """One judged sentence with all that the reader needs to act on it."""
        indent = len(number) or 2
        head = Text.assemble(number, (_name(finding.label).upper(), _STYLES[finding.label]))
        head.append(f", {finding.confidence:.0%} sure", "dim")
        if finding.sentence.channel in _WHERE:
            head.append(f", {_WHERE[finding.sentence.channel]}")
        self.line(head)
        self.paragraph(self._marked(finding), indent)
        if finding.explanation:
            self._field("Why", finding.explanation, indent)
        for title, url in _sources(finding):
            self._field("Source", title, indent)
            if url:
                self.line(" " * (indent + _FIELD) + visible(url), "dim")
        if finding.suggestion:
            self._field("Instead", finding.suggestion, indent)
        self.line()

    def footer(self, view: View) -> None:
        """What judged, so that a printed report can be traced."""
        tool = view.tool
        self.paragraph(
            Text(f"Judged as of {tool.as_of} by reference set {tool.reference} and model {tool.model}.", "dim")
        )

    def _field(self, name: str, text: str, indent: int) -> None:
        lead = Text.assemble(" " * indent, (f"{name}:".ljust(_FIELD), "bold"))
        self.paragraph(visible(text), indent + _FIELD, lead)

    def _marked(self, finding: Finding) -> Text:
        shown = visible(finding.sentence.text)
        if self._color:
            text = Text(shown)
            for start, end in _marks(finding):
                text.stylize("bold underline", start, end)
            return text
        parts, at = [], 0
        for start, end in _marks(finding):
            parts += [shown[at:start], "[", shown[start:end], "]"]
            at = end
        return Text("".join([*parts, shown[at:]]))
