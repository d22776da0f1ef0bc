"""Commands that measure: `evaluate`, `reference check` and `reference search`. Part of the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from factcheck import __version__
from factcheck.keep import Reference, reference_app
from factcheck.paths import data_dir

if TYPE_CHECKING:
    from factcheck.cases import Case, Tried
    from factcheck.evaluate import Evaluation
    from factcheck.floors import Shortfall

#: Scores that `--pin` pins where a gold set has them. Its other scores follow from these, or hang on too few sentences.
PINNED = (
    "accuracy",
    "macro-F1",
    "flagged F1",
    "flagged precision",
    "flagged recall",
    "claim F1",
    "recall of contradicted",
    "groups right",
    "first citation right",
    "flags with right label and source",
    "accuracy of surest 80 %",
    "calibration error",
)
Folder = Annotated[Path | None, typer.Option(metavar="DIR", help="Model to read with, instead of the shipped one.")]


def evaluate(
    gold: Annotated[
        Path,
        typer.Argument(metavar="GOLD", help="Labeled sentences: .jsonl or .jsonl.gz, or a folder of behavior YAML."),
    ],
    format_: Annotated[str, typer.Option("--format", metavar="text|json", help="How to print.")] = "text",
    sentences: Annotated[
        bool, typer.Option(help="Show the worst sentences; never those of a file blind* or of a folder unread.")
    ] = True,
    gate: Annotated[bool, typer.Option("--gate", help="Exit with 1 if a score is below its pinned floor.")] = False,
    pin: Annotated[bool, typer.Option("--pin", help="Pin the scores as floors.")] = False,
    lower: Annotated[
        bool, typer.Option("--lower", help="With --pin: lower floors that are no longer reached.")
    ] = False,
    floors: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Floors, instead of data/gold/floors.json.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Another model: list the findings gained and lost against it.")
    ] = None,
    reference: Reference = None,
    model: Folder = None,
) -> None:
    """Score verdicts against labeled sentences."""
    from factcheck.check import FactChecker
    from factcheck.evaluate import changes
    from factcheck.evaluate import evaluate as score
    from factcheck.gold import load_gold
    from factcheck.reports.evaluation import write_json, write_text
    from factcheck.reports.view import Tool

    if format_ not in ("text", "json"):
        raise typer.BadParameter(f"unknown format {format_!r}; use one of text, json", param_hint="--format")
    if lower and not pin:
        raise typer.BadParameter("goes with --pin", param_hint="--lower")
    parts = load_gold(gold)
    checker = FactChecker.load(reference or (), model)
    other = FactChecker.load(reference or (), against) if against else None
    evaluations = [score(part, checker) for part in parts]
    changed = {e.gold.name: changes(score(e.gold, other), e) for e in evaluations} if other else {}
    path = floors or data_dir() / "gold" / "floors.json"
    if pin:
        _pin(path, evaluations, lower=lower)
    short = _short(path, evaluations) if gate else []
    write = write_json if format_ == "json" else write_text
    _write_any_character()
    who = Tool(__version__, checker.model_name, checker.reference_digest, checker.reviewed)
    write(evaluations, changed, short, sys.stdout, who, sentences=sentences)
    raise typer.Exit(1 if short else 0)


@reference_app.command("check")
def check_reference(
    folders: Annotated[list[Path] | None, typer.Argument(metavar="DIR", help="Folders of entries of your own.")] = None,
    errors: Annotated[bool, typer.Option("--errors", help="Show each case that came out wrong.")] = False,
    model: Folder = None,
) -> None:
    """Read the reference set, yours with it, and judge the cases of every entry; exit with 1 if too few come out right."""
    from factcheck.cases import ALL, EACH, load_cases, shares, try_cases
    from factcheck.check import FactChecker

    added = folders or []
    checker = FactChecker.load(added, model)
    entries = checker.entries
    shipped = load_cases(data_dir() / "reference" / "cases", entries)
    own: dict[str, tuple[Case, ...]] = {}
    for folder in added:
        own |= load_cases(folder / "cases", entries)
    cases = shipped | own
    _print(f"{len(entries)} entries, reviewed {checker.reviewed}, reference set {checker.reference_digest}: no errors")
    tried = try_cases(cases, checker)
    if not tried:
        raise typer.Exit(0)
    right = sum(t.right for t in tried)
    _print(f"{right} of {len(tried)} cases right: {right / len(tried):.3f} (floor {ALL})")
    if own:
        yours = [t.right for t in tried if t.owner in own]
        _print(f"{sum(yours)} of {len(yours)} of your own: {sum(yours) / len(yours):.3f}")
    for role, (good, n) in shares(tried, "role").items():
        _print(f"  {role:<14}{good:>6} of {n:>5}  {good / n:.3f}")
    weak = {e: (good, n) for e, (good, n) in shares(tried, "entry").items() if good < EACH * n}
    without = sorted(set(entries) - set(cases))
    if weak:
        _print(f"{len(weak)} entries below {EACH} of their own cases:")
        for entry, (good, n) in sorted(weak.items(), key=lambda x: (x[1][0] / x[1][1], x[0])):
            _print(f"  {entry:<50}{good:>3} of {n}")
    if without:
        _print(f"{len(without)} entries without cases: {', '.join(without)}")
    if errors:
        _wrong(tried)
    raise typer.Exit(1 if weak or right < ALL * len(tried) else 0)


@reference_app.command("search")
def search_reference(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A sentence, or words.")],
    limit: Annotated[int, typer.Option(min=1, help="Entries to list.")] = 10,
    reference: Reference = None,
) -> None:
    """Find the entries that a text may be about: id, grade, claim, and what matched."""
    from factcheck.lexicon import Lexicon
    from factcheck.read import Reader
    from factcheck.reference import load_reference
    from factcheck.search import search

    root, added = data_dir(), reference or []
    lexicon = Lexicon.load([root / "lexicon", *added])
    entries = load_reference([root / "reference", *added], frozenset(lexicon.rows)).entries
    hits = search(text, list(entries.values()), Reader(lexicon), limit)
    if not hits:
        sys.stderr.write("factcheck: no entry shares a word or a concept with this\n")
        raise typer.Exit(3)
    for hit in hits:
        slots = f"says {', '.join(hit.concepts)}" if hit.concepts else "by its wording only"
        words = f"; shares {', '.join(hit.words)}" if hit.words else ""
        _print(f"{hit.score:6.2f}  {hit.entry.id}  ({hit.entry.grade.value})")
        _print(f"        {hit.entry.claim}")
        _print(f"        {slots}{words}")


def _pin(path: Path, evaluations: list[Evaluation], *, lower: bool) -> None:
    from factcheck.floors import load_floors, pin, save_floors

    kept = load_floors(path)
    for e in evaluations:
        kept = pin(kept, e.gold.name, e.gold.digest, e.scores, PINNED, lower=lower)
    save_floors(path, kept)
    sys.stderr.write(f"factcheck: pinned the scores of {', '.join(e.gold.name for e in evaluations)} in {path}\n")


def _short(path: Path, evaluations: list[Evaluation]) -> list[Shortfall]:
    from factcheck.floors import below, load_floors

    kept = load_floors(path)
    return [s for e in evaluations for s in below(kept, e.gold.name, e.gold.digest, e.scores)]


def _wrong(tried: list[Tried]) -> None:
    for t in tried:
        if not t.right:
            cited = ", ".join(c.entry.id for c in t.finding.claims) or t.finding.reason
            _print(
                f"{t.owner}: {t.case.role}: {t.case.label.value} read as {t.finding.label.value} ({cited}): {t.case.text}"
            )


def _write_any_character() -> None:
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
