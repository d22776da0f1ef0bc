"""`factcheck scan`: the command that checks pages. Part of the command line."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from factcheck.domain import FactcheckError, Label, Report
from factcheck.keep import Reference
from factcheck.paths import data_dir
from factcheck.reports import PAGE_FORMATS, View
from factcheck.reports.output import Output, parse_output
from factcheck.shell import (
    AllowPrivate,
    AsOf,
    ExitCode,
    FailOn,
    Model,
    PageFormat,
    choose,
    exit_code,
    label,
    load_checker,
    say,
    stdout,
    tool,
)

if TYPE_CHECKING:
    from factcheck.baseline import Baseline
    from factcheck.pages import PageChecker, Policy
    from factcheck.settings import Settings


def scan(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Page: .html, .txt, .md, .docx or .pdf file, folder, URL, or - for standard input.",
        ),
    ],
    format_: PageFormat = "text",
    show: Annotated[
        str, typer.Option(metavar="LABELS", help="Also show sentences with these labels, say supported,unverified.")
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Show every sentence.")] = False,
    output: Annotated[
        list[str] | None, typer.Option(metavar="[FORMAT:]FILE", help="Also write the report to this file. Repeatable.")
    ] = None,
    reference: Reference = None,
    model: Model = None,
    as_of: AsOf = None,
    fail_on: FailOn = Label.CONTRADICTED,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Settings, instead of the factcheck.toml or pyproject.toml found from here up."
        ),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Known findings: only others are reported.")
    ] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Write what is found to the baseline; exit with 0.")
    ] = False,
    confirmed: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Findings that an editor confirmed, for claimreview.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print findings and nothing else.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on: check a page again when its file changes.")] = False,
    allow_private: AllowPrivate = False,
) -> None:
    """Check pages: find each claim on them and say what the evidence makes of it."""
    choose(PAGE_FORMATS, format_)
    labels = frozenset(label(name) for name in show.split(",") if name.strip())
    outputs = [parse_output(given, sources) for given in output or ()]
    settings = _settings(config)
    if settings.fail_on and _is_default(context, "fail_on"):
        fail_on = settings.fail_on
    known = _baseline(baseline, settings, write=write_baseline)
    from factcheck.confirmed import read_confirmed
    from factcheck.pages import Policy

    reviews = read_confirmed(confirmed) if confirmed else None
    if reviews is None and "claimreview" in (format_, *(o.format for o in outputs)):
        raise FactcheckError(
            "claimreview states a review by a person; name the findings that one confirmed: --confirmed FILE"
        )
    if watch:
        from factcheck.watch import changes, watchable

        watchable(sources)
    checker = load_checker([*settings.reference_folders, *(reference or ())], model, as_of)
    view = View(tool(checker, as_of), labels, every, list_skipped=False, quiet=quiet, confirmed=reviews)
    run = _Run(checker, Policy(settings, known, allow_private), view, format_, fail_on, outputs)
    code = run.check(sources)
    if watch:
        say(f"watching {', '.join(sources)}; Ctrl-C ends")
        with suppress(KeyboardInterrupt):  # how a reader ends it
            for changed in changes(sources):
                if not quiet:
                    say(f"{', '.join(changed)} changed")
                code = run.check(changed)
    if known and write_baseline:
        say(f"{known.path}: {known.write()} known findings")
        code = ExitCode.CLEAN if code is ExitCode.FOUND else code
    for absent in sorted(set(reviews or ()) - run.seen):
        say(f"{confirmed}: {absent}: no sentence of these pages has this id")
    raise typer.Exit(code)


@dataclass(slots=True)
class _Run:
    """Pages through the checker to standard output, as they come, and to files, when all have come."""

    checker: PageChecker
    policy: Policy
    view: View
    format: str
    fail_on: Label
    outputs: list[Output]
    seen: set[str] = field(default_factory=set)  # ids of sentences, where editors confirmed some
    _latest: dict[str, Report] = field(default_factory=dict)  # for files, by source

    def check(self, sources: Iterable[str]) -> ExitCode:
        """Check pages and print their reports; files hold the latest report of every page so far."""
        from factcheck.pages import check_sources

        writer = PAGE_FORMATS[self.format](stdout(self.format), self.view)
        found = checked = unreadable = False
        for report in check_sources(sources, self.checker, self.policy):
            self._talk(report)
            unreadable |= report.skipped is not None and report.skipped.unreadable
            checked |= report.skipped is None
            found |= any(f.fails(self.fail_on) for f in report.sentences)
            if self.view.confirmed:
                self.seen.update(f.id for f in report.sentences)
            if self.outputs:
                self._latest[report.source] = report
            writer.page(report)
        writer.close()
        for output in self.outputs:
            self._write(output)
        return exit_code(found=found, failed=unreadable, checked=checked)

    def _talk(self, report: Report) -> None:
        if report.skipped and (report.skipped.unreadable or not self.view.quiet):
            say(f"{report.skipped.source}: {report.skipped.reason}")
        if not self.view.quiet and self.format != "github":  # there a notice is a command of its own
            for notice in report.notices:
                say(f"{report.source}{f':{notice.line}' if notice.line else ''}: {notice.text}")

    def _write(self, output: Output) -> None:
        writer = output.open(replace(self.view, list_skipped=True))
        for report in self._latest.values():
            writer.page(report)
        writer.close()
        output.save()


def _settings(path: Path | None) -> Settings:
    from factcheck.settings import check_topics, find_settings, load_settings

    settings = load_settings(path or find_settings(Path.cwd()))
    if settings.severity:
        from factcheck.lexicon import Lexicon
        from factcheck.reference import load_reference

        root, added = data_dir(), settings.reference_folders
        lexicon = Lexicon.load([root / "lexicon", *added])
        entries = load_reference([root / "reference", *added], frozenset(lexicon.rows)).entries.values()
        check_topics(settings, frozenset(entry.topic for entry in entries))
    return settings


def _baseline(path: Path | None, settings: Settings, *, write: bool) -> Baseline | None:
    from factcheck.baseline import Baseline

    if path is None and settings.baseline:
        path = settings.folder / settings.baseline
    if path is None:
        if write:
            raise typer.BadParameter("name the file: --baseline FILE", param_hint="--write-baseline")
        return None
    return Baseline(path) if write and not path.exists() else Baseline.read(path)


def _is_default(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "DEFAULT"
