"""Commands that make training data: `label` asks a reader for labels, `agree` compares two readers. Part of the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from factcheck.domain import FactcheckError, Label
from factcheck.keep import Reference
from factcheck.paths import data_dir, guide_path
from factcheck.reports.said import visible
from factcheck.shell import Model, say

if TYPE_CHECKING:
    from rich.console import Console

    from factcheck.agree import Agreement
    from factcheck.answers import Answers
    from factcheck.border import TrainingRow
    from factcheck.choose import Citation, Offer

KEYS: Final = {
    "n": Label.NO_CLAIM,
    "s": Label.SUPPORTED,
    "u": Label.UNVERIFIED,
    "o": Label.OVERSTATED,
    "c": Label.CONTRADICTED,
}
_OTHER_KEYS: Final = {"z": "undo", "k": "skip", "?": "guide", "q": "quit"}
_HELP: Final = "  ".join(
    f"[{k}] {what}" for k, what in ({k: v.value.replace("_", " ") for k, v in KEYS.items()} | _OTHER_KEYS).items()
)
#: Sentences read from a store: enough to choose from, and read in well under a minute.
_FROM_STORE: Final = 20_000
_MOST_CITATIONS: Final = 9


class _Back(Exception):
    """The labeler wants to give another label."""


def label(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="Store of an audit, .jsonl file with text and before, or whatever scan takes."
        ),
    ],
    to: Annotated[
        Path, typer.Option("--to", metavar="FILE", help="Where the answers go; one that exists is continued.")
    ],
    limit: Annotated[int, typer.Option(min=1, help="Sentences to offer, the most worth labeling first.")] = 50,
    voice: Annotated[str, typer.Option(help="What to note as the voice of the sentences.")] = "page",
    reference: Reference = None,
    model: Model = None,
) -> None:
    """Label sentences to train on.

    Those come first from which a model would learn most. One key gives a label; ? shows the guide.
    """
    if source == "-":
        raise typer.BadParameter("standard input is needed for the answers; name a file", param_hint="SOURCE")
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise FactcheckError("label asks for answers; run it in a terminal")
    from factcheck.answers import Answers, key
    from factcheck.check import FactChecker
    from factcheck.choose import choose
    from factcheck.gather import gather
    from factcheck.training import read_rows

    checker = FactChecker.load(reference or (), model)
    given = gather(source, say, about=checker.on_topic, most=_FROM_STORE)
    answers = Answers(to)
    trained = sorted((data_dir() / "training").glob("*.jsonl"))
    known = {key(row) for path in trained if path.resolve() != to.resolve() for _, row in read_rows(path)}
    say(f"choosing from {len(given)} sentences")
    offers = choose(given, checker, limit, known)
    if not offers:
        say(f"{source}: no sentence to label; those in data/training are not offered again")
        raise typer.Exit(3)
    session = _Session(offers, answers, voice)
    try:
        session.run()
    finally:
        session.close()


def agree(
    first: Annotated[Path, typer.Argument(metavar="A", help="Answers of one labeler.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Answers of another to the same sentences.")],
    settled: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the sentences with the same label to this file.")
    ] = None,
    disputed: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the others, without labels, to label them again together."),
    ] = None,
) -> None:
    """Compare two labelers.

    Prints Cohen's kappa, and each sentence on which they disagree.
    """
    from factcheck.agree import agree as compare
    from factcheck.answers import as_line

    agreement = compare(first, second)
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdout.write("\n".join(_agreement(agreement, str(first), str(second))) + "\n")
    if settled:
        _write(settled, [as_line(row) for row in agreement.settled])
    if disputed:
        _write(disputed, [_unlabeled(row) for row, _ in agreement.disputed])


class _Session:
    """One sitting: shows sentences, takes keys, writes answers."""

    def __init__(self, offers: list[Offer], answers: Answers, voice: str) -> None:
        from rich.console import Console

        self._offers = {o.given.key: o for o in offers}
        self._answers, self._voice = answers, voice
        self._skipped: set[tuple[str, str]] = set()
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._console.width = min(self._console.width, 100)

    def run(self) -> None:
        """Ask until everything is answered, or the labeler has had enough."""
        self._talk(
            f"{len(self._offers)} sentences, {self._count()} of them labeled. Ctrl-C stops at any time; nothing is lost."
        )
        offer = self._next()
        while offer is not None:
            self._show(offer)
            key = self._key()
            if key in ("q", "\x04"):
                return
            if key in ("z", "\x7f", "\x08"):
                offer = self._undo() or offer
                continue
            if key == "?":
                _show_guide(self._console, self._key)
            elif key == "k":
                self._skipped.add(offer.given.key)
            elif key.lower() in KEYS:
                try:
                    self._take(offer, KEYS[key.lower()], choose=key.isupper())
                except _Back:
                    continue
            else:
                self._talk(f"no such key: {_HELP}")
            offer = self._next()
        self._talk(
            f"{len(self._skipped)} skipped, all others are labeled; a higher --limit offers more"
            if self._skipped
            else "all of them are labeled; a higher --limit offers more"
        )

    def close(self) -> None:
        """Say where the answers are."""
        given = len(self._answers.rows)
        self._talk(
            f"{given} {'answer' if given == 1 else 'answers'} in {self._answers.path}; the same command goes on from there"
        )

    def _next(self) -> Offer | None:
        done = self._answers.done
        return next((o for k, o in self._offers.items() if k not in done and k not in self._skipped), None)

    def _count(self) -> int:
        return len(self._answers.done.keys() & self._offers.keys())

    def _show(self, offer: Offer) -> None:
        text, before = offer.given.key
        self._console.rule(f"{self._count() + len(self._skipped) + 1} of {len(self._offers)}", style="dim")
        if before:
            self._console.print(f"before: {visible(before)}", style="dim")
        self._console.print(visible(text), style="bold")
        self._console.print(_HELP, style="dim")

    def _take(self, offer: Offer, label: Label, *, choose: bool) -> None:
        from factcheck.answers import agreed, answer

        found = None if choose and label not in (Label.NO_CLAIM, Label.UNVERIFIED) else agreed(offer, label)
        cited, why = self._ask_claim(offer, label) if found is None else found
        today = datetime.now().astimezone().date()
        self._answers.add(answer(offer, label, cited, voice=self._voice, day=today, why=why))
        claims = ", ".join(_cited(c) for c in cited) or why
        self._talk(label.value.replace("_", " ") + (f": {claims}" if claims else ""))

    def _ask_claim(self, offer: Offer, label: Label) -> tuple[tuple[Citation, ...], str]:
        """Which claim carries the label; one that no claim carries needs a reason instead."""
        readings = offer.readings(label)[:_MOST_CITATIONS]
        if readings:
            self._console.print(f"Which claim makes it {label.value}?")
            for n, c in enumerate(readings, 1):
                self._console.print(f"[{n}] {_cited(c)}: {c.entry.claim}")
            self._console.print("[w] none of them; say why   [z] another label", style="dim")
            while (key := self._key()) != "w":
                if key in ("z", "\x7f", "\x08", "\x1b"):
                    raise _Back
                if key.isdecimal() and 1 <= int(key) <= len(readings):
                    return (readings[int(key) - 1],), ""
        self._console.print("Why, in a few words? (empty: another label)")
        try:
            why = typer.prompt(">", default="", show_default=False, prompt_suffix=" ", err=True).strip()
        except typer.Abort:
            raise KeyboardInterrupt from None
        if not why:
            raise _Back
        return (), visible(why)

    def _undo(self) -> Offer | None:
        rows = self._answers.rows
        offer = self._offers.get((rows[-1].text, rows[-1].before or "")) if rows else None
        if offer is None:
            self._talk("nothing to undo")
            return None
        row = self._answers.undo()
        self._talk(f"taken back: {row.label.value.replace('_', ' ')}")
        return offer

    def _key(self) -> str:
        try:
            return typer.getchar()
        except EOFError:
            return "q"

    def _talk(self, text: str) -> None:
        self._console.print(visible(text), style="green")


def _show_guide(console: Console, key: Callable[[], str]) -> None:
    """Show the sections of docs/labels.md, and the one that is asked for."""
    from rich.markdown import Markdown

    sections = guide(guide_path().read_text(encoding="utf-8"))
    for n, (title, _) in enumerate(sections, 1):
        console.print(f"[{n}] {title}", markup=False)
    console.print("A number shows the section, any other key goes back.", style="dim")
    pressed = key()
    if pressed.isdecimal() and 1 <= int(pressed) <= len(sections):
        console.print(Markdown(sections[int(pressed) - 1][1]))


def guide(text: str) -> list[tuple[str, str]]:
    """The sections of a Markdown text: heading, and all down to the next heading."""
    sections: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("#"):
            sections.append((line.lstrip("# "), [line]))
        elif sections:
            sections[-1][1].append(line)
    return [(title, "\n".join(lines)) for title, lines in sections]


def _cited(citation: Citation) -> str:
    return f"{citation.entry.id} ({citation.stance.value}, {citation.strength.value})"


def _agreement(agreement: Agreement, first: str, second: str) -> list[str]:
    kappa = "not defined, since both gave one label throughout" if agreement.kappa is None else f"{agreement.kappa:.3f}"
    lines = [
        f"sentences labeled by both\t{len(agreement.pairs)}",
        f"same label\t{agreement.observed:.3f}",
        f"Cohen's kappa\t{kappa}",
    ]
    lines += [f"only in {visible(name)}\t{n}" for name, n in zip((first, second), agreement.only, strict=True) if n]
    lines += ["", "label\tA\tB\tboth"]
    lines += [f"{k.value}\t{a}\t{b}\t{both}" for k, (a, b, both) in agreement.counts.items() if a or b]
    for a, b in agreement.disputed:
        lines += ["", f"A {_said(a)} | B {_said(b)}", f"  {visible(a.text)}"]
    return lines


def _said(row: TrainingRow) -> str:
    claims = [f"{c.entry}, {c.stance.value}, {c.strength.value}" for c in row.claims] or [visible(row.why)]
    return row.label.value + (f" ({'; '.join(claims)})" if claims[0] else "")


def _unlabeled(row: TrainingRow) -> str:
    import json

    return json.dumps({"text": row.text, "before": row.before, "group": row.group}, ensure_ascii=False)


def _write(path: Path, lines: list[str]) -> None:
    try:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise FactcheckError(f"{path}: cannot be written ({(error.strerror or str(error)).lower()})") from None
    say(f"{len(lines)} sentences in {path}")
