"""For an issue, a pull request or a document: CommonMark in which no text of a page is markup."""

from __future__ import annotations

import re
from typing import Final, TextIO

from factcheck.domain import Finding, Label, Report
from factcheck.reports.said import (
    WHERE,
    citation,
    cited,
    deciding,
    disclosed,
    live_link,
    marks,
    name,
    visible,
    web_address,
)
from factcheck.reports.view import View

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#|&~$])")
_LEADING: Final = re.compile(r"^(\s*\d*)([-+=:.)])")  # a list item, a rule or a heading's underline
# What renderers turn into links and mentions by themselves, even from escaped text; an invisible word joiner parts it.
_LINKED: Final = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=@)(?=\w)|(?<=#)(?=\w)", re.IGNORECASE)


class MarkdownWriter:
    """`scan --format markdown`: a section a page, a list item a finding."""

    def __init__(self, out: TextIO, view: View) -> None:
        self._out, self._view = out, view
        self._checked = False

    def page(self, report: Report) -> None:
        """Write one page."""
        if report.skipped:
            if self._view.list_skipped:
                self._out.write(f"- {plain(report.source)}: not checked: {plain(report.skipped.reason)}\n\n")
            return
        self._checked = True
        shown = report.sentences if self._view.every else self._view.shown(report)
        if self._view.quiet and not shown:
            return
        self._out.write(
            f"## {plain(report.title or report.source)}\n\n{_link(plain(report.source), report.source)}\n\n"
        )
        counts = ", ".join(f"{n} {name(label)}" for label, n in reversed(report.summary.items()) if n)
        silenced = f"; {len(report.suppressed)} suppressed" if report.suppressed else ""
        self._out.write(f"{len(report.sentences)} sentences: {counts or 'none'}{silenced}.\n\n")
        for number, finding in enumerate(shown, 1):
            self._out.write(_item(report, finding, number))
        if not self._view.quiet:
            for lead, text in zip(("Discloses", "Does not disclose"), disclosed(report), strict=True):
                if text:
                    self._out.write(f"{lead}: {plain(text)}.\n\n")

    def close(self) -> None:
        """Write what judged."""
        tool = self._view.tool
        if self._checked and not self._view.quiet:
            said = f"Judged as of {tool.as_of} by reference set {tool.reference} and model {tool.model}."
            self._out.write(f"{plain(said)}\n")


def plain(text: str) -> str:
    """Text with everything escaped that Markdown could read as markup, on one line."""
    return _LEADING.sub(r"\1\\\2", _within(text))


def _within(text: str) -> str:
    """The same for text that does not begin a line."""
    return _SPECIAL.sub(r"\\\1", _LINKED.sub("\N{WORD JOINER}", visible(text)))


def _link(text: str, url: str | None) -> str:
    address = web_address(url)
    if not address:
        return text
    safe = address.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")
    return f"[{text}](<{safe}>)"


def _item(report: Report, finding: Finding, number: int) -> str:
    sentence = finding.sentence
    head = f"**{name(finding.label)}**"
    if finding.label is not Label.NO_CLAIM:
        head += f", {finding.confidence:.0%} sure"
    if sentence.source_span:
        head += f", line {sentence.source_span.line}"
    if sentence.channel in WHERE:
        head += f", {WHERE[sentence.channel]}"
    live = live_link(report.source, sentence.text)
    if live:
        head += f", {_link('on the page', live)}"
    lines = [head, "", f"> {_marked(finding)}", ""]
    if finding.explanation:
        lines.append(f"- Why: {plain(finding.explanation)}")
    lines += [f"- Source: {_link(plain(citation(s)), s.url)}" for s in cited(finding)]
    if finding.suggestion:
        lines.append(f"- Instead: {plain(finding.suggestion)}")
    if finding.claims:
        lines.append(f"- Entry: {', '.join(dict.fromkeys(f'`{c.entry.id}`' for c in deciding(finding)))}")
    lead = f"{number}. "
    rows = [lead + lines[0], *(" " * len(lead) + line if line else "" for line in lines[1:])]
    return "\n".join(rows).rstrip() + "\n\n"


def _marked(finding: Finding) -> str:
    """The sentence with the deciding words in bold."""
    text, parts, at = finding.sentence.text, [], 0
    for start, end in marks(finding):
        words = text[start:end]
        if not words[0].isalnum() or not words[-1].isalnum():  # bold that touches a sign is no bold in CommonMark
            continue
        parts += [_within(text[at:start]), f"**{_within(words)}**"]
        at = end
    return _LEADING.sub(r"\1\\\2", "".join([*parts, _within(text[at:])]))
