"""Commands for whoever keeps the reference set and the model: `reference`, `model` and `train`. Part of the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from factcheck.domain import Entry, FactcheckError, ReferenceSet
from factcheck.paths import data_dir, models_dir

reference_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Look into the reference set, and keep it."
)
model_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look into a trained model.")

Reference = Annotated[
    list[Path] | None,
    typer.Option(metavar="DIR", help="Folder of entries to add to the shipped reference set. Repeatable."),
]
ModelFolder = Annotated[Path | None, typer.Argument(metavar="DIR", help="Model folder, instead of the shipped one.")]


@reference_app.command("list")
def list_entries(reference: Reference = None) -> None:
    """List the entries: id, grade and claim."""
    for entry in load_entries(reference).entries.values():
        _print(f"{entry.id}\t{entry.grade.value}\t{entry.claim}")


@reference_app.command("show")
def show_entry(
    entry_id: Annotated[str, typer.Argument(metavar="ID", help="Id of an entry.")], reference: Reference = None
) -> None:
    """Show one entry with its sources."""
    entries = load_entries(reference).entries
    if entry_id not in entries:
        raise FactcheckError(f"{entry_id}: no such entry; see: factcheck reference list")
    _print(_shown(entries[entry_id]))


@model_app.command("show")
def show_model(folder: ModelFolder = None) -> None:
    """Show a model's card."""
    from factcheck.model import verify_model

    card = verify_model(folder or _shipped_model())
    _print(json.dumps(card, indent=2, ensure_ascii=False, sort_keys=True))


@model_app.command("verify")
def check_model(folder: ModelFolder = None) -> None:
    """Check that a model's files are those that its card names."""
    from factcheck.model import verify_model

    path = folder or _shipped_model()
    card = verify_model(path)
    _print(f"{path}: {len(card['files'])} files as the card names them")


def train(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the model.")],
    files: Annotated[
        list[Path] | None,
        typer.Option("--training", metavar="FILE", help="Training file instead of data/training. Repeatable."),
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Answers of `factcheck label` to train on as well. Repeatable."),
    ] = None,
    reference: Reference = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes to use.")] = 2,
) -> None:
    """Train a model and write it with its card."""
    from factcheck.train import train as fit_and_save

    trained = fit_and_save(
        data_dir(),
        files or (),
        out,
        added=data or (),
        reference=reference or (),
        workers=workers,
        say=lambda step: _talk(step),
    )
    _print(f"{trained.folder}: trained on {trained.sentences} sentences")
    for name, value in trained.scores.items():
        _print(f"{name}\t{value:.4f}")


def load_entries(folders: list[Path] | None) -> ReferenceSet:
    """The shipped reference set with the entries of further folders."""
    from factcheck.lexicon import Lexicon
    from factcheck.reference import load_reference

    root, added = data_dir(), folders or []
    lexicon = Lexicon.load([root / "lexicon", *added])
    return load_reference([root / "reference", *added], frozenset(lexicon.rows))


def _shipped_model() -> Path:
    from factcheck.check import DEFAULT_MODEL

    return models_dir() / DEFAULT_MODEL


def _shown(entry: Entry) -> str:
    valid = f"{entry.valid_from or ''} to {entry.valid_until or ''}" if entry.valid_from or entry.valid_until else ""
    fields = {
        "id": entry.id,
        "claim": entry.claim,
        "truth": entry.truth,
        "grade": entry.grade.value,
        "licensed": entry.licensed,
        "valid": valid,
        "reviewed": str(entry.reviewed),
    }
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    for source in entry.sources:
        lines.append(
            f"source: {', '.join(str(p) for p in (source.title, source.publisher, source.year, source.url) if p)}"
        )
    return "\n".join(lines)


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _talk(text: str) -> None:
    sys.stderr.write(f"factcheck: {text}\n")
