"""`factcheck train`: training files to a model folder with its card and history."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from factcheck.border import DataError
from factcheck.domain import Label
from factcheck.fitting import SEED
from factcheck.folds import FOLDS
from factcheck.learn import fit, versions
from factcheck.lexicon import Lexicon
from factcheck.model import save_model
from factcheck.read import Reader
from factcheck.reference import load_reference
from factcheck.scores import Outcome, summary
from factcheck.training import Example, load_examples, own_wording
from factcheck.vectors import VECTORS, load_vectors

CARD, HISTORY = "card.md", "history.csv"


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training run made: the folder, and the cross-validated scores that its card records."""

    folder: Path
    sentences: int
    scores: Mapping[str, float]


def train(
    data: Path,
    files: Sequence[Path],
    out: Path,
    *,
    added: Sequence[Path] = (),
    reference: Sequence[Path] = (),
    workers: int = 2,
    say: Callable[[str], None] = lambda _: None,
) -> Trained:
    """Fit a model and write `heads.npz`, `card.json`, `card.md` and a new row of `history.csv` into `out`.

    Parameters
    ----------
    data: the data folder (`reference/`, `lexicon/`, `training/`, `vectors/`).
    files: training files; empty means all of `data/training`.
    added: files to train on beside those.
    reference: further reference folders. workers: processes. say: told of each step.

    Raises `DataError` where a file does not fit.
    """
    lexicon = Lexicon.load([data / "lexicon", *reference])
    entries = load_reference([data / "reference", *reference], frozenset(lexicon.rows))
    vectors_file = data / VECTORS
    vectors = load_vectors(vectors_file)
    paths = [*(files or sorted((data / "training").glob("*.jsonl"))), *added]
    written = load_examples(paths, entries.entries)
    examples = sorted([*written, *own_wording(entries.entries.values())], key=lambda e: e.id)
    missing = set(Label) - {e.label for e in examples}
    if missing:
        raise DataError(f"training data: no sentence with label {', '.join(sorted(m.value for m in missing))}")
    fitted = fit(examples, Reader(lexicon), entries.entries, vectors, workers=workers, say=say)
    scores = summary(_outcomes(examples, fitted.held_out))
    counts = Counter(e.label.value for e in examples)
    card = {
        "name": out.name,
        "grades": dict(fitted.grades),
        "reference": entries.digest,
        "vectors": hashlib.sha256(vectors_file.read_bytes()).hexdigest(),
        "training": {
            "sentences": len(examples),
            "groups": len({e.group for e in examples}),
            "labels": dict(sorted(counts.items())),
            "sha256": _digest(examples),
        },
        "seed": SEED,
        "folds": FOLDS,
        "cross-validation": {k: round(v, 4) for k, v in scores.items()},
        "versions": versions(),
    }
    save_model(out, fitted.heads, card)
    digest = _digest(examples)
    (out / CARD).write_text(
        _card(out.name, examples, digest, entries.digest, scores, added=bool(added)), encoding="utf-8"
    )
    _remember(out / HISTORY, {"training": digest, "reference": entries.digest, "sentences": str(len(examples))}, scores)
    return Trained(out, len(examples), scores)


def _outcomes(examples: Sequence[Example], held_out: Mapping[str, Mapping[Label, float]]) -> list[Outcome]:
    outcomes = []
    for example in examples:
        p = held_out[example.id]
        label = max(p, key=lambda k: p[k])
        outcomes.append(Outcome(example.label, label, p[label]))
    return outcomes


def _digest(examples: Sequence[Example]) -> str:
    text = "\n".join(f"{e.id}\t{e.text}\t{e.label.value}" for e in examples)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _card(
    name: str,
    examples: Sequence[Example],
    digest: str,
    reference: str,
    scores: Mapping[str, float],
    *,
    added: bool = False,
) -> str:
    counts = Counter(e.label.value for e in examples)
    groups = len({e.group for e in examples})
    origin = "written for the project (`data/training/`)" + (" or labeled by its users" if added else "")
    lines = [
        f"# Model card: {name}",
        "",
        "Linear heads (logistic regression, linear SVM) over words, lexicon concepts, cues and clause structure. They say how a",
        "sentence reads; what is true comes from the reference set.",
        "",
        f"- Trained on {len(examples)} sentences in {groups} groups, {origin},",
        f"  sha256 {digest}; reference set {reference}.",
        "- Labels: " + ", ".join(f"{k} {v}" for k, v in sorted(counts.items())) + ".",
        f"- Seed {SEED}; " + ", ".join(f"{k} {v}" for k, v in versions().items()) + ".",
        "- For: health-marketing pages on ketamine and esketamine in English. Not for: other topics without an added",
        "  reference set, clinical decisions, or legal findings without a human reader.",
        "",
        f"Cross-validation on those sentences ({FOLDS} folds; contrast groups, pages and near-duplicates kept whole). Scores",
        "on sentences written for the project say little of unseen pages: measure on those.",
        "",
        "| score | value |",
        "| --- | --- |",
        *(f"| {k} | {v:.3f} |" for k, v in scores.items()),
        "",
    ]
    return "\n".join(lines)


def _remember(path: Path, key: Mapping[str, str], scores: Mapping[str, float]) -> None:
    """Add a row for this training data and reference set, replacing one of the same."""
    row = {**key, **{k: f"{v:.4f}" for k, v in scores.items()}}
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))) if path.exists() else []
    rows = [r for r in rows if (r.get("training"), r.get("reference")) != (key["training"], key["reference"])]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(row), lineterminator="\n", extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows([*rows, row])
    path.write_text(buffer.getvalue(), encoding="utf-8")
