"""A trained model: linear heads as plain arrays, loaded without running code.

A model folder holds `heads.npz` (arrays, read with `allow_pickle=False`) and `card.json` (hashes, versions, scores).
What a head is stands in `heads.py`.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from factcheck.domain import FactcheckError
from factcheck.heads import Head
from factcheck.integrity import mismatch

FORMAT = 1
ARRAYS, CARD = "heads.npz", "card.json"
#: The shipped model's arrays unpack to 42 MB; its card has 10 KB.
MAX_UNPACKED, MAX_CARD = 500_000_000, 5_000_000


class ModelError(FactcheckError):
    """A model that cannot be used: the message names the file and what is wrong."""


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
