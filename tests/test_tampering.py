"""Models and data from elsewhere: nothing in them runs, fills the memory or crashes, and a file that was swapped is named."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import shutil
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factcheck import integrity
from factcheck.border import DataError, LexiconRow, ReferenceRow, load_yaml
from factcheck.check import DEFAULT_MODEL
from factcheck.integrity import SUMS
from factcheck.lexicon import Lexicon
from factcheck.model import ARRAYS, CARD, MAX_UNPACKED, ModelError, load_model
from factcheck.paths import data_dir, models_dir
from factcheck.reference import load_reference

ROOT = Path(__file__).parent.parent
CONCEPTS = frozenset(Lexicon.load([data_dir() / "lexicon"]).rows)


#: Nine lists, each of nine times the one before: 387 million values in 400 characters.
BOMB = "- &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"- &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# -- reference files -------------------------------------------------------------------------------------------------


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """A copy of the reference set with a list of its files' hashes."""
    folder = tmp_path / "reference"
    folder.mkdir()
    for path in (data_dir() / "reference").glob("*.yaml"):
        shutil.copy(path, folder)
    listed = "".join(f"{sha(p.read_bytes())}  {p.name}\n" for p in sorted(folder.glob("*.yaml")))
    (folder / SUMS).write_text(listed)
    return folder


def test_a_listed_reference_set_is_taken(reference: Path) -> None:
    assert load_reference([reference], CONCEPTS).entries


def test_a_swapped_reference_file_is_refused_with_file_and_hashes(reference: Path) -> None:
    path = reference / "onset.yaml"
    before = sha(path.read_bytes())
    path.write_text(path.read_text() + "\n# swapped\n")
    after = sha(path.read_bytes())
    with pytest.raises(DataError) as refusal:
        load_reference([reference], CONCEPTS)
    assert str(refusal.value).startswith(f"{path}: sha256 is {after[:12]}…, ")
    assert f"{SUMS} says {before[:12]}…; damaged or swapped, not loaded" in str(refusal.value)


def test_a_file_that_the_list_does_not_name_is_refused(reference: Path) -> None:
    shutil.copy(reference / "onset.yaml", reference / "added.yaml")
    with pytest.raises(DataError, match=r"added.yaml: sha256 is \w{12}…, .* says not listed"):
        load_reference([reference], CONCEPTS)


def test_files_of_an_installed_package_are_compared_with_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("[]")
    monkeypatch.setattr(integrity, "_recorded", lambda: {path.resolve(): sha(b"[]")})
    assert load_yaml(path, LexiconRow) == []
    path.write_text("[] ")
    with pytest.raises(DataError, match="the installed package says"):
        load_yaml(path, LexiconRow)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- &a [x, x]\n- &b [*a, *a]\n- [*b, *b]\n", "uses YAML aliases"),
        ("- &a {<<: *a}\n", "uses YAML aliases"),
        (BOMB, "uses YAML aliases"),
        ("[" * 200_000, "nesting"),
        ("- " * 200_000, "nesting"),
        ("{a: " * 100_000, "nesting"),
        ("- !!python/object/apply:os.system ['touch pwned']", "could not determine a constructor"),
        ("- !!python/name:os.system", "could not determine a constructor"),
        ("- {id: x, type: 2024-99-99, phrases: [a]}", "month must be in 1..12"),
        ("- {id: x, type: 2001-01-01T25:00:00Z, phrases: [a]}", "hour must be in 0..23"),
        ("- {id: x, type: " + "9" * 5000 + ", phrases: [a]}", "4300 digits"),
        ("- {id: x, type: " + "1:" * 3000 + "1, phrases: [a]}", "valid string"),
        ("- {[a]: b}", "unhashable"),
        ("- a\0b", "control characters are not allowed|special characters are not allowed"),
        ("--- []\n--- []\n", "another document"),
        ("x" * 5_000_001, "larger than 5,000,000 bytes"),
        ("{}", "expected a list"),
        ("- {id: " + "a" * 10_000 + "}", "Field required"),
    ],
)  # fmt: skip
def test_yaml_that_tries_is_one_line(text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "concepts.yaml"
    path.write_text(text)
    with pytest.raises(DataError, match=message) as refusal:
        load_yaml(path, LexiconRow)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 500
    assert list(tmp_path.iterdir()) == [path]


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200) | st.text("-:[]{}*&!|>'\"#%@,? \n\tax0123456789.<=_", max_size=80).map(str.encode))
def test_any_yaml(content: bytes) -> None:
    path = Path("any.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda self: content)
        patch.setattr(Path, "stat", lambda self, **_: type("Stat", (), {"st_size": len(content)}))
        for row in (LexiconRow, ReferenceRow):
            with suppress(DataError):
                load_yaml(path, row)


# -- models ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(models_dir() / DEFAULT_MODEL, tmp_path / "model"))


def with_arrays(folder: Path, content: bytes) -> None:
    """Swap the arrays, and the hash in the card with them, as somebody who passes a model around could."""
    (folder / ARRAYS).write_bytes(content)
    card = json.loads((folder / CARD).read_text())
    card["files"][ARRAYS] = sha(content)
    (folder / CARD).write_text(json.dumps(card))


def packed(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def head(**changes: Any) -> bytes:
    arrays = {
        "kind.classes": np.frombuffer(b"a\nb", np.uint8),
        "kind.vocabulary": np.frombuffer(b"x\ny\nz", np.uint8),
        "kind.weights": np.zeros((3, 2), np.float32),
        "kind.intercept": np.zeros(2, np.float32),
    }
    return packed(**(arrays | {f"kind.{k}": v for k, v in changes.items()}))


def test_the_head_of_these_tests_can_be_loaded(model: Path) -> None:
    with_arrays(model, head())
    assert load_model(model).heads["kind"].weights.shape == (3, 2)


class _Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("pwned"),))  # type: ignore[return-value]


def bomb() -> bytes:
    """An archive of 1 MB that says it unpacks to 1 GB."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("kind.weights.npy", "w") as file,
    ):
        zeros = bytes(10_000_000)
        for _ in range(MAX_UNPACKED // len(zeros) + 1):
            file.write(zeros)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 broken",
        pickle.dumps(_Trap()),
        head()[:-30],
        head(classes=np.asarray([_Trap(), "b"], dtype=object)),
        head(weights=np.asarray([[_Trap()] * 2] * 3, dtype=object)),
        head(weights=np.zeros((2, 3), np.float32)),
        head(weights=np.zeros((3, 2), "U9")),
        head(weights=np.full((3, 2), np.nan, np.float32)),
        head(intercept=np.zeros(3, np.float32)),
        head(intercept=np.asarray([np.inf, 0], np.float32)),
        head(vocabulary=np.frombuffer(b"\xff\xfe", np.uint8)),
        packed(kind=np.zeros(3)),
        bomb(),
    ],
    ids=[
        "empty", "broken zip", "pickle", "cut off", "pickled names", "pickled weights", "shape", "text", "not a number",
        "intercept", "infinite", "encoding", "no head", "bomb",
    ],
)  # fmt: skip
def test_arrays_that_try_are_refused(content: bytes, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(model)
    with_arrays(model, content)
    with pytest.raises(ModelError, match="not a model's arrays") as refusal:
        load_model(model)
    assert str(model / ARRAYS) in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert not (model / "pwned").exists()


@pytest.mark.parametrize(
    "card",
    [
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"format": 1, "files": []}',
        b'{"format": 1, "files": {"heads.npz": 5}}',
        b'{"format": 1, "files": {"heads.npz": "0"}, "grades": 3}',
        b'{"format": 1, "files": {"../../../etc/passwd": "0"}}',
        b'{"format": 1, "files": {"heads.npz": "0"}, "x": ' + b"9" * 5000 + b"}",
        b" " * 5_000_001,
    ],
)
def test_cards_that_try_are_refused(card: bytes, model: Path) -> None:
    (model / CARD).write_bytes(card)
    with pytest.raises(ModelError) as refusal:
        load_model(model)
    assert str(model) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_nothing_in_the_package_can_unpickle() -> None:
    for path in (ROOT / "factcheck").rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        for word in (
            "pickle.load",
            "import pickle",
            "joblib.load",
            "import dill",
            "import marshal",
            "import shelve",
            "yaml.load(",
        ):
            assert word not in code or (word == "yaml.load(" and path.name == "border.py"), f"{path}: {word}"
        assert "allow_pickle=True" not in code


def test_the_command_line_says_it_in_one_line(model: Path) -> None:
    with_arrays(model, head(weights=np.zeros((2, 3), np.float32)))
    run = subprocess.run(
        [Path(sys.executable).parent / "factcheck", "check", "Ketamine is safe.", "--model", str(model)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert run.stderr.startswith("factcheck: ")
    assert run.stderr.count("\n") == 1
