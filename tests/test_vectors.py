"""Word vectors: read from their file, and shared between words by the heads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from factcheck.border import DataError
from factcheck.fitting import logistic
from factcheck.paths import data_dir
from factcheck.vectors import VECTORS, likeness, load_vectors

SHIPPED = load_vectors(data_dir() / VECTORS)


def test_words_alike_have_vectors_alike() -> None:
    def nearness(a: str, b: str) -> float:
        return float(SHIPPED[a] @ SHIPPED[b])

    assert nearness("relieves", "alleviates") > nearness("relieves", "parking") + 0.2
    assert nearness("nausea", "vomiting") > nearness("nausea", "insurance") + 0.2


def test_vectors_are_of_length_one() -> None:
    lengths = np.linalg.norm(np.stack(list(SHIPPED.values())), axis=1)
    assert np.abs(lengths - 1).max() < 0.05


def test_a_head_carries_over_to_a_word_that_it_has_never_met() -> None:
    words = ["soothes", "eases", "lessens", "parking", "lobby", "elevator"]
    rows = [{f"w:{w}": 1.0} for w in words] * 2
    targets = [*["claim"] * 3, *["none"] * 3] * 2
    vocabulary = {f"w:{w}": n for n, w in enumerate([*words, "alleviates"])}
    alone = logistic(rows, targets, 1.0, vocabulary=vocabulary)
    shared = logistic(rows, targets, 1.0, vocabulary=vocabulary, likeness=likeness(SHIPPED, vocabulary, "w:"))
    unmet = [{"w:alleviates": 1.0}]
    claim = shared.classes.index("claim")
    assert abs(alone.probabilities(unmet)[0, claim] - 0.5) < 0.01
    assert shared.probabilities(unmet)[0, claim] > 0.6


def test_names_that_are_no_words_have_none() -> None:
    rows = likeness(SHIPPED, {"w:relief": 0, "b:of relief": 1, "w:qqqq": 2}, "w:")
    assert rows[0].any()
    assert not rows[1:].any()


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (None, "no file of word vectors"),
        (lambda p: p.write_bytes(b"not an archive"), "no file of word vectors"),
        (lambda p: np.savez(p, words=np.frombuffer(b"one", np.uint8)), "no file of word vectors"),
        (
            lambda p: np.savez(p, words=np.frombuffer(b"one\ntwo", np.uint8), vectors=np.zeros((3, 2), np.int8)),
            "2 words, but vectors of shape",
        ),
        (lambda p: np.savez(p, words=np.asarray([{}], object), vectors=np.zeros((1, 2))), "no file of word vectors"),
    ],
)
def test_a_broken_file_is_refused_by_name(write: object, message: str, tmp_path: Path) -> None:
    path = tmp_path / "words.npz"
    if callable(write):
        write(path)
    with pytest.raises(DataError, match=message) as error:
        load_vectors(path)
    assert str(path) in str(error.value)
