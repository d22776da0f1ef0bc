"""What every report format is given beside the findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from factcheck.domain import Finding, Label, Report


@dataclass(frozen=True, slots=True)
class Tool:
    """What judged: the versions that a verdict can be traced to."""

    version: str
    model: str
    reference: str
    as_of: date
    name: str = "factcheck"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """That an editor has reviewed a finding and stands by it. `url` is where the review is published, if it is."""

    editor: str
    day: date
    url: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What to show. Overstated and contradicted sentences are always shown.

    Attributes:
        tool: What judged.
        show: Further labels to show.
        every: Show every sentence, and in JSON the page's text.
        list_skipped: Name the sources that could not be checked; off where standard error has just done so.
        quiet: Say nothing about pages without findings, and nothing at the end.
        confirmed: What editors confirmed, by the finding's id; only `claimreview` asks for it.
    """

    tool: Tool
    show: frozenset[Label] = frozenset()
    every: bool = False
    list_skipped: bool = True
    quiet: bool = False
    confirmed: Mapping[str, Confirmation] | None = None

    def shown(self, report: Report) -> tuple[Finding, ...]:
        """The findings of a page, with the sentences of the further labels, in page order, each once, without suppressed ones."""
        return report.listed(self.show)


@dataclass(frozen=True, slots=True)
class Checked:
    """A single sentence after checking, with the input object that it came in."""

    given: Mapping[str, object]
    finding: Finding


class PageWriter(Protocol):
    """Writes a report as its pages come in."""

    def page(self, report: Report) -> None:
        """Take one page."""

    def close(self) -> None:
        """Write what comes after the last page."""
