"""For reading in a terminal: each finding with its reason, source and licensed wording, at 80 columns."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final, TextIO

from rich.console import Console
from rich.text import Text

from factcheck.domain import Finding, Label, Report
from factcheck.reports.said import WHERE, citation, cited, deciding, disclosed, marks, name, visible
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
        shown = report.sentences if self._view.every else self._view.shown(report)
        if self._view.quiet and not shown:
            return
        self._paper.line(visible(report.title or report.source), "bold")
        if report.title:
            self._paper.line(visible(report.source), "dim")
        self._paper.paragraph(_summary(report))
        self._paper.line()
        if not any(f.label.flagged for f in shown):
            self._paper.paragraph(_nothing(report))
            self._paper.line()
        for number, finding in enumerate(shown, 1):
            self._paper.finding(finding, f"{number}. ")
        if not self._view.quiet:
            self._paper.disclosures(*disclosed(report))

    def close(self) -> None:
        """Write how many pages were checked, and by what."""
        if self._view.quiet:
            return
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


def _summary(report: Report) -> str:
    counts = report.summary
    parts = [f"{counts[label]} {name(label)}" for label in reversed(Label) if counts[label]]
    if not parts:
        return "No sentences."
    silenced = f" {_count(len(report.suppressed), 'finding')} suppressed." if report.suppressed else ""
    return f"{_count(len(report.sentences), 'sentence')}: {', '.join(parts)}.{silenced}"


def _nothing(report: Report) -> str:
    if report.suppressed:
        return f"Nothing flagged beside {_count(len(report.suppressed), 'suppressed finding')}."
    claims = len(report.sentences) - report.summary[Label.NO_CLAIM]
    if not claims:
        return "Nothing flagged: no sentence makes a claim about a treatment."
    unverified = report.summary[Label.UNVERIFIED]
    if unverified:
        return f"Nothing flagged; {unverified} of {_count(claims, 'claim')} could not be settled (--show unverified)."
    return "Nothing flagged: the evidence supports every claim (--show supported)."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


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
        head = Text.assemble(number, (name(finding.label).upper(), _STYLES[finding.label]))
        head.append(f", {finding.confidence:.0%} sure", "dim")
        if finding.sentence.source_span:
            head.append(f", line {finding.sentence.source_span.line}", "dim")
        if finding.severity:
            head.append(f", {finding.severity.value} by settings", "dim")
        if finding.sentence.channel in WHERE:
            head.append(f", {WHERE[finding.sentence.channel]}")
        self.line(head)
        self.paragraph(self._marked(finding), indent)
        if finding.explanation:
            self._field("Why", finding.explanation, indent)
        for source in cited(finding)[:_MOST_SOURCES]:
            self._field("Source", citation(source), indent)
            if source.url:
                self.line(" " * (indent + _FIELD) + visible(source.url), "dim")
        if finding.suggestion:
            self._field("Instead", finding.suggestion, indent)
        if finding.claims:
            self._field("Entry", ", ".join(dict.fromkeys(c.entry.id for c in deciding(finding))), indent)
        self.line()

    def disclosures(self, there: str, missing: str) -> None:
        """What a page discloses beside its claims, and what not."""
        for label, text in (("Discloses", there), ("Does not disclose", missing)):
            if text:
                lead = Text(f"{label}: ", "bold")
                self.paragraph(text, len(lead), lead)
        if there or missing:
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
            for start, end in marks(finding):
                text.stylize("bold underline", start, end)
            return text
        parts, at = [], 0
        for start, end in marks(finding):
            parts += [shown[at:start], "[", shown[start:end], "]"]
            at = end
        return Text("".join([*parts, shown[at:]]))
