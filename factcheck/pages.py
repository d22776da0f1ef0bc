"""Sources -> reports, with what a project's settings, comments on its pages and its baseline say of the findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from factcheck.baseline import Baseline
from factcheck.domain import Notice, Page, Report, Skipped
from factcheck.ignores import ignores, suppress
from factcheck.load import load
from factcheck.locate import SourceText, located
from factcheck.reports.said import web_address
from factcheck.settings import Settings


class PageChecker(Protocol):
    """What checks a page: `check.FactChecker`."""

    def check_page(self, page: Page) -> Report:
        """Check a page."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What decides where pages may come from, and how findings are reported.

    Attributes:
        allow_private: Pages are also fetched from loopback and private addresses.
    """

    settings: Settings = field(default_factory=Settings)
    baseline: Baseline | None = None
    allow_private: bool = False


def check_sources(sources: Iterable[str], checker: PageChecker, policy: Policy) -> Iterator[Report]:
    """A report for each page of the sources, as `load` reads them, and for each that could not be checked."""
    for source in sources:
        for item in load(source, allow_private=policy.allow_private):
            if policy.settings.excludes(item.source):
                if item.source == source:
                    yield Report(source, "", "", skipped=Skipped(source, f"excluded by {policy.settings.path}"))
            elif isinstance(item, Page):
                yield _judged(checker.check_page(item), item, policy)
            else:
                yield Report(item.source, "", "", skipped=item)


def _judged(report: Report, page: Page, policy: Policy) -> Report:
    if report.skipped:
        return report
    source = SourceText.of(page)
    if source is not None:
        report, places = located(report, source)
        comments, notices = ignores(page, source) if policy.settings.inline else ([], [])
        if web_address(page.source) and (comments or notices):
            # Whoever wrote the page must not decide what is found on it.
            notices, comments = [Notice("suppressions on a fetched page are not honored")], []
        report = replace(report, notices=(*report.notices, *notices))
        report = suppress(report, comments, places)
    report = policy.settings.weighed(report)
    return policy.baseline.apply(report) if policy.baseline else report
