"""Vectors of words, by which the learned heads carry what they learn of one word over to words like it.

They are needed for training only: a head's weights take them in (`fitting.logistic`).
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from factcheck.border import DataError
from factcheck.heads import Floats

#: The file of vectors in the data folder; its README says where they come from.
VECTORS = Path("vectors") / "words.npz"
#: Vectors are kept as whole numbers from -127 to 127.
_UNIT = 127
#: How much the vectors count beside the words themselves. Set by judgment.
_WEIGHT = 1.0


def load_vectors(path: Path) -> dict[str, Floats]:
    """Vectors of length about 1 by lower-case word.

    Raises `DataError` where the file is missing or is not one of vectors.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            words = arrays["words"].tobytes().decode().split("\n")
            vectors = arrays["vectors"].astype(np.float32) / _UNIT
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: no file of word vectors: {error}") from None
    if vectors.ndim != 2 or len(words) != len(vectors):
        raise DataError(f"{path}: {len(words)} words, but vectors of shape {vectors.shape}")
    return dict(zip(words, vectors, strict=True))


def likeness(vectors: Mapping[str, Floats], vocabulary: Mapping[str, int], prefix: str) -> Floats:
    """The vectors of those names of a vocabulary that are words behind a prefix, nought for the others: (names, dimensions)."""
    size = len(next(iter(vectors.values())))
    rows = np.zeros((len(vocabulary), size), np.float32)
    for name, i in vocabulary.items():
        if name.startswith(prefix) and (vector := vectors.get(name[len(prefix) :])) is not None:
            rows[i] = vector
    return rows * np.float32(_WEIGHT)
