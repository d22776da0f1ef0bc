"""A trained model: linear heads as plain arrays, loaded without running code.

A model folder holds `heads.npz` (arrays, read with `allow_pickle=False`) and `card.json` (hashes, versions, scores). A head is a
vocabulary of feature names with a weight for each class. Scoring needs numpy only.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from factcheck.domain import FactcheckError
from factcheck.features import Features
from factcheck.integrity import mismatch

FORMAT = 1
ARRAYS, CARD = "heads.npz", "card.json"
#: The shipped model's arrays unpack to 24 MB; its card has 10 KB.
MAX_UNPACKED, MAX_CARD = 500_000_000, 5_000_000
Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
#: With more classes than this, a product for each row is faster than one sum over all.
_WIDE = 16


class ModelError(FactcheckError):
    """A model that cannot be used: the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """Rows of features in terms of a vocabulary, ready for every head that shares it."""

    columns: NDArray[np.int32]
    values: Floats
    starts: list[int]  # where in `columns` each row begins

    def ends(self) -> list[int]:
        """Where each row ends."""
        return [*self.starts[1:], len(self.columns)]


def index(rows: Sequence[Features], vocabulary: Mapping[str, int]) -> Indexed:
    """Rows in terms of a vocabulary. Features that it lacks count for nothing."""
    columns: list[int] = []
    values: list[float] = []
    sizes = []
    for row in rows:  # no loop over the features: this is where most of a verdict's time would go
        columns.extend(map(vocabulary.get, row, _UNKNOWN))
        values.extend(row.values())
        sizes.append(len(row))
    found = np.asarray(columns, np.int32)
    known = found >= 0
    before = np.concatenate([[0], np.cumsum(known)])
    ends = before[np.cumsum(sizes, dtype=np.int64)]
    starts = np.concatenate([[0], ends[:-1]]) if sizes else ends
    found, weights = found[known], np.asarray(values, np.float32)[known]
    empty = np.flatnonzero(starts == ends)
    if len(empty):  # reduceat needs a term in every row
        found, weights = np.insert(found, starts[empty], 0), np.insert(weights, starts[empty], 0)
        starts = starts + np.searchsorted(empty, np.arange(len(starts)))
    return Indexed(found, weights, starts.tolist())


#: What `index` takes a feature for that a vocabulary lacks.
_UNKNOWN = repeat(-1)


@dataclass(frozen=True, slots=True)
class Head:
    """A linear classifier over named features. A row's scores do not depend on the other rows."""

    classes: tuple[str, ...]
    vocabulary: dict[str, int]
    weights: Floats  # (features, classes)
    intercept: Floats

    def index(self, rows: Sequence[Features]) -> Indexed:
        """Rows in terms of the vocabulary. Features that it lacks count for nothing."""
        return index(rows, self.vocabulary)

    def scores(self, rows: Sequence[Features] | Indexed) -> Floats:
        """Raw scores (rows, classes) of features, or of rows indexed by a head with the same vocabulary."""
        if not isinstance(rows, Indexed):
            rows = self.index(rows)
        if not rows.starts:
            return np.zeros((0, len(self.classes)), np.float32)
        if len(self.classes) > _WIDE:
            spans = zip(rows.starts, rows.ends(), strict=True)
            sums = [rows.values[a:b] @ self.weights[rows.columns[a:b]] for a, b in spans]
            return np.stack(sums) + self.intercept
        terms = self.weights[rows.columns] * rows.values[:, None]
        return np.add.reduceat(terms, rows.starts, axis=0) + self.intercept

    def probabilities(self, rows: Sequence[Features] | Indexed) -> Floats:
        """Softmax of the scores (rows, classes)."""
        return softmax(self.scores(rows))


class Stacked:
    """Several heads over the same features, so that a row is looked up once for all of them, and its weights lie together.

    Parameters
    ----------
    parts: heads that are summed, each with the prefix that its vocabulary has before the features' names (others are left out)
    and a factor of their values. wide: a head of many classes, whose rows are scored one by one where they are asked for.
    """

    def __init__(self, parts: Sequence[tuple[Head, str, float]], wide: Head) -> None:
        own = [
            {name[len(prefix) :]: i for name, i in head.vocabulary.items() if name.startswith(prefix)}
            if prefix
            else head.vocabulary
            for head, prefix, _ in parts
        ]
        names: dict[str, None] = {}
        for vocabulary in (*own, wide.vocabulary):
            names.update(dict.fromkeys(vocabulary))
        self.vocabulary = dict(zip(names, range(len(names)), strict=True))
        self._bounds = np.cumsum([len(head.classes) for head, _, _ in parts])[:-1]
        self._weights = np.zeros((max(len(names), 1), sum(len(head.classes) for head, _, _ in parts)), np.float32)
        left = 0
        for (head, _, factor), vocabulary in zip(parts, own, strict=True):
            right = left + len(head.classes)
            rows = np.fromiter(vocabulary.values(), np.int64, len(vocabulary))
            self._weights[self._rows(vocabulary), left:right] = head.weights[rows] * np.float32(factor)
            left = right
        self._wide = wide
        self._in_wide = np.full(max(len(names), 1), -1, np.int32)
        self._in_wide[self._rows(wide.vocabulary)] = np.fromiter(wide.vocabulary.values(), np.int32)

    def _rows(self, names: Iterable[str]) -> Integers:
        return np.fromiter(map(self.vocabulary.__getitem__, names), np.int64)

    def index(self, rows: Sequence[Features]) -> Indexed:
        """Rows in terms of all that some head knows."""
        return index(rows, self.vocabulary)

    def sums(self, rows: Indexed) -> list[Floats]:
        """For each of the summed heads the raw scores (rows, classes), without the intercept."""
        if not rows.starts:
            return [np.zeros((0, 0), np.float32) for _ in range(len(self._bounds) + 1)]
        terms = self._weights[rows.columns] * rows.values[:, None]
        return np.split(np.add.reduceat(terms, rows.starts, axis=0), self._bounds, axis=1)

    def wide_scores(self, rows: Indexed, asked: Sequence[int]) -> Floats:
        """The wide head's raw scores of some of the rows, in the order asked for."""
        scores = np.empty((len(asked), len(self._wide.classes)), np.float32)
        columns, ends = self._in_wide[rows.columns], rows.ends()
        for n, row in enumerate(asked):
            own = columns[rows.starts[row] : ends[row]]
            known = own >= 0
            values = rows.values[rows.starts[row] : ends[row]][known]
            np.matmul(values, self._wide.weights[own[known]], out=scores[n])
        return scores + self._wide.intercept


def softmax(scores: Floats) -> Floats:
    """Probabilities along the last axis."""
    e: Floats = np.exp(scores - scores.max(axis=-1, keepdims=True))
    total: Floats = e.sum(axis=-1, keepdims=True)
    return e / total


@dataclass(frozen=True, slots=True)
class Model:
    """The heads by name, and the grade that each entry had when they were trained."""

    name: str
    heads: Mapping[str, Head]
    grades: Mapping[str, str]
    card: Mapping[str, Any]


def save_model(folder: Path, heads: Mapping[str, Head], card: Mapping[str, Any]) -> None:
    """Write the arrays and the card, with the arrays' hash in the card. The same heads give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[Any]] = {}
    for name, head in sorted(heads.items()):
        arrays[f"{name}.classes"] = _pack(head.classes)
        arrays[f"{name}.vocabulary"] = _pack(sorted(head.vocabulary, key=head.vocabulary.__getitem__))
        arrays[f"{name}.weights"] = head.weights
        arrays[f"{name}.intercept"] = head.intercept
    path = folder / ARRAYS
    with path.open("wb") as out:
        np.savez_compressed(out, allow_pickle=False, **arrays)
    card = {"format": FORMAT, **card, "files": {ARRAYS: _digest(path)}}
    (folder / CARD).write_text(json.dumps(card, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def load_model(folder: Path) -> Model:
    """Load a model folder.

    Raises `ModelError` where a file is missing, its hash is not the card's, or its format is of another version.
    """
    card = verify_model(folder)
    try:
        _check_size(folder / ARRAYS)
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            names = sorted({key.split(".")[0] for key in arrays.files})
            heads = {
                name: Head(
                    tuple(_unpack(arrays[f"{name}.classes"])),
                    {word: i for i, word in enumerate(_unpack(arrays[f"{name}.vocabulary"]))},
                    arrays[f"{name}.weights"].astype(np.float32),
                    arrays[f"{name}.intercept"],
                )
                for name in names
            }
            for name, head in heads.items():
                _check_shape(name, head)
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        EOFError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        reason = " ".join(str(error).split())
        raise ModelError(f"{folder / ARRAYS}: not a model's arrays ({reason}); train again or reinstall") from None
    return Model(str(card.get("name", folder.name)), heads, card["grades"], card)


def _check_size(path: Path) -> None:
    """Refuse an archive that unpacks to more than a model can be, before it is unpacked."""
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MAX_UNPACKED:
        raise ValueError(f"unpacks to {size:,} bytes, more than the limit of {MAX_UNPACKED:,}")


def _check_shape(name: str, head: Head) -> None:
    wanted = (len(head.vocabulary), len(head.classes))
    if head.weights.shape != wanted or head.intercept.shape != wanted[1:]:
        raise ValueError(f"{name}: weights of shape {head.weights.shape}, not {wanted}")
    if head.weights.dtype.kind != "f" or head.intercept.dtype.kind != "f":
        raise ValueError(f"{name}: weights of type {head.weights.dtype}, not floating point")
    if not (np.isfinite(head.weights).all() and np.isfinite(head.intercept).all()):
        raise ValueError(f"{name}: weights that are not finite")


def verify_model(folder: Path) -> dict[str, Any]:
    """The card of a model whose files are those that the card names. Raises `ModelError` where they are not."""
    path = folder / CARD
    try:
        if path.stat().st_size > MAX_CARD:
            raise ModelError(f"{path}: larger than {MAX_CARD:,} bytes; not a model card")
        content = path.read_bytes()
        card = json.loads(content)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}; a model folder holds {ARRAYS} and {CARD}") from None
    except (ValueError, RecursionError):
        raise ModelError(f"{path}: not a model card (broken JSON)") from None
    wrong = mismatch(path, content)
    if wrong:
        raise ModelError(f"{path}: {wrong}")
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        raise ModelError(
            f"{path}: format {card.get('format') if isinstance(card, dict) else None!r}, this version reads {FORMAT}"
        )
    card.setdefault("grades", {})
    if not all(_is_text_map(card.get(field, {})) for field in ("files", "grades")):
        raise ModelError(f"{path}: not a model card (files and grades have to map names to text)")
    for name, digest in card.get("files", {}).items():
        try:
            found = _digest(folder / Path(name).name)
        except OSError as error:
            raise ModelError(f"{folder / name}: {error.strerror}") from None
        if found != digest:
            raise ModelError(
                f"{folder / name}: sha256 is {found[:12]}…, the card says {digest[:12]}…; damaged or swapped, not loaded"
            )
    if ARRAYS not in card.get("files", {}):
        raise ModelError(f"{path}: names no {ARRAYS}")
    return card


def _is_text_map(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _pack(words: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode("utf-8"), dtype=np.uint8)


def _unpack(array: NDArray[np.uint8]) -> list[str]:
    return array.tobytes().decode("utf-8").split("\n")
