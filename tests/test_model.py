"""The model format: plain arrays, verified, loaded fast and without running code."""

import json
import shutil
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from factcheck.check import DEFAULT_MODEL
from factcheck.features import Grams, grams, sentence_features, spoken_features
from factcheck.heads import Head, Stacked, dense_scores, index, softmax
from factcheck.lexicon import Lexicon
from factcheck.model import ARRAYS, CARD, ModelError, load_model, save_model, verify_model
from factcheck.paths import data_dir, models_dir
from factcheck.propose import rank
from factcheck.read import Reader

SHIPPED = models_dir() / DEFAULT_MODEL


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Lexicon.load([data_dir() / "lexicon"]))


def test_the_shipped_model_loads_in_time() -> None:
    seconds = []
    for _ in range(5):  # the best of five: what else the machine does is not measured
        start = time.perf_counter()
        model = load_model(SHIPPED)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) <= 0.3
    assert set(model.heads) == {
        *("kind", "direct", "entry", "relevance", "stance", "strength", "settle", "label", "label-by-table")
    }


def test_a_changed_byte_is_refused_with_file_and_hash(copy: Path) -> None:
    data = bytearray((copy / ARRAYS).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / ARRAYS).write_bytes(bytes(data))
    with pytest.raises(ModelError, match=r"heads.npz: sha256 is [0-9a-f]{12}…, the card says [0-9a-f]{12}…"):
        load_model(copy)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (CARD, "{", "broken JSON"),
        (CARD, "[]", "format None"),
        (CARD, json.dumps({"format": 99}), "format 99, this version reads 1"),
        (CARD, json.dumps({"format": 1, "files": {}}), "names no heads.npz"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(copy: Path, name: str, text: str, message: str) -> None:
    (copy / name).write_text(text)
    with pytest.raises(ModelError, match=message):
        load_model(copy)


def test_a_missing_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"card.json: No such file"):
        verify_model(tmp_path / "nowhere")


class _Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("pwned"),))


def test_loading_runs_no_code(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy)
    with (copy / "evil.npy").open("wb") as out:
        np.save(out, np.asarray([_Trap()], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(copy / ARRAYS, "a") as archive:
        archive.write(copy / "evil.npy", "kind.weights2.npy")
        archive.write(copy / "evil.npy", "zzz.classes.npy")
    card = json.loads((copy / CARD).read_text())
    card["files"][ARRAYS] = __import__("hashlib").sha256((copy / ARRAYS).read_bytes()).hexdigest()
    (copy / CARD).write_text(json.dumps(card))
    with pytest.raises(ModelError, match="not a model's arrays"):
        load_model(copy)
    assert not (copy / "pwned").exists()


def test_heads_come_back_as_they_were_saved_and_byte_for_byte(tmp_path: Path) -> None:
    head = Head(
        ("a", "b"), {"x": 0, "é y": 1}, np.asarray([[1, -1], [0.5, 2]], np.float32), np.asarray([0.1, 0], np.float32)
    )
    for name in ("one", "two"):
        save_model(tmp_path / name, {"kind": head}, {"name": "t", "grades": {"e": "mixed"}})
    assert (tmp_path / "one" / ARRAYS).read_bytes() == (tmp_path / "two" / ARRAYS).read_bytes()
    model = load_model(tmp_path / "one")
    rows = [{"x": 1.0}, {"é y": 2.0, "unknown": 9.0}, {}]
    assert model.grades == {"e": "mixed"}
    np.testing.assert_allclose(model.heads["kind"].scores(rows), [[1.1, -1], [1.1, 4], [0.1, 0]], rtol=1e-6)
    np.testing.assert_allclose(softmax(head.scores(rows)).sum(axis=1), 1, rtol=1e-6)


def test_heads_scored_together_score_as_they_do_alone() -> None:
    rng = np.random.default_rng(1)

    def head(names: str, classes: int) -> Head:
        vocabulary = {name: n for n, name in enumerate(names.split())}
        weights = rng.normal(size=(len(vocabulary), classes)).astype(np.float32)
        return Head(tuple(map(str, range(classes))), vocabulary, weights, rng.normal(size=classes).astype(np.float32))

    one, other, wide = head("a b c", 3), head("s:b s:d x", 2), head("d a e", 20)
    stacked = Stacked([(one, one.vocabulary, 1.0), (other, {"b": 0, "d": 1}, 0.5)], wide)
    rows = [{"a": 1.0, "b": 2.0}, {"x": 3.0}, {"e": 1.0, "d": -1.0, "b": 0.5}, {}]
    indexed = stacked.index(rows, [Grams((), (), 0.0)] * len(rows))
    ones, others = stacked.sums(indexed)
    assert [sums.shape for sums in stacked.sums(stacked.index([], []))] == [(0, 3), (0, 2)]
    assert ones + one.intercept == pytest.approx(one.scores(rows), abs=1e-6)
    around = [{f"s:{name}": 0.5 * x for name, x in row.items()} for row in rows]
    assert others + other.intercept == pytest.approx(other.scores(around), abs=1e-6)
    assert stacked.wide_scores(indexed, [2, 0]) == pytest.approx(wide.scores([rows[2], rows[0]]), abs=1e-6)
    values = np.asarray([[1.0, 2.0, 7.0], [0.0, 1.0, 7.0]], np.float32)
    assert dense_scores(one, ["a", "c", "unknown"], values) == pytest.approx(
        one.scores([{"a": 1.0, "c": 2.0}, {"c": 1.0}]), abs=1e-6
    )


def test_rows_are_indexed_in_order_and_unknown_features_count_for_nothing() -> None:
    rows = index([{"z": 1.0}, {"b": 2.0, "z": 9.0, "a": 3.0}, {}, {"a": 4.0}, {"z": 5.0}], {"a": 7, "b": 8})
    spans = list(zip(rows.starts, rows.ends(), strict=True))
    assert [rows.columns[a:b].tolist() for a, b in spans] == [[0], [8, 7], [0], [7], [0]]
    assert [rows.values[a:b].tolist() for a, b in spans] == [[0.0], [2.0, 3.0], [0.0], [4.0], [0.0]]


def test_the_highest_scores_come_first_and_of_equal_ones_the_first() -> None:
    scores = np.asarray([[0, 5, 5, 1, 9, 5, 5, 5, 5], [2, 2, 2, 2, 2, 2, 2, 2, 2]], np.float32)
    assert rank(scores) == [[4, 1, 2, 5, 6, 7], [0, 1, 2, 3, 4, 5]]
    assert rank(scores[:, :2]) == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("Ketamine is not addictive, and  -  in 2019 - 70% of Kim Harbor's patients felt better.", ""),
        ("It may relieve it \u2014 may it? \t Call 555-1234 or ask", "Ketamine helps."),
        ("", ""),
    ],
)
def test_grams_are_looked_up_as_the_features_that_they_stand_for(reader: Reader, text: str, before: str) -> None:
    reading = reader.read(text, before)
    names = {name: n for n, name in enumerate(sentence_features(reading))}
    head = Head(("yes",), names, np.ones((len(names), 1), np.float32), np.zeros(1, np.float32))
    found = Stacked([(head, names, 1.0)]).index([spoken_features(reading)], [grams(reading)])
    alone = head.index([sentence_features(reading)])
    assert dict(zip(found.columns.tolist(), found.values.tolist(), strict=True)) == dict(
        zip(alone.columns.tolist(), alone.values.tolist(), strict=True)
    )
