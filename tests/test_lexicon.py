"""Folding and matching: what reads the same must match, and nothing else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.border import DataError
from factcheck.lexicon import Lexicon, normal_form
from factcheck.paths import data_dir
from factcheck.words import fold

LEXICON = Lexicon.load([data_dir() / "lexicon"])


def found(text: str) -> set[str]:
    return {m.id for m in LEXICON.find(LEXICON.doc(fold(text)[0]))}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("treats", "treating"),
        ("relieved", "relieves"),
        ("anaesthetics", "anesthetic"),
        ("randomised", "randomized"),
        ("therapies", "therapy"),
        ("stopped", "stop"),
    ],
)
def test_inflection_and_spelling_fold(a: str, b: str) -> None:
    assert normal_form(a) == normal_form(b)


@pytest.mark.parametrize(
    ("a", "b"), [("effective", "effect"), ("approval", "approve"), ("none", "non"), ("does", "do")]
)
def test_different_words_stay_apart(a: str, b: str) -> None:
    assert normal_form(a) != normal_form(b)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("It is FDA‑approved.", "fda"),
        ("It is FDA\u00a0approved.", "approve"),
        ("An ap\u200bproved drug", "approve"),
        ("kеtamine with a Cyrillic letter", "ketamine"),
        ("non-addictive", "affix_negation"),
        ("It relieves PTSD.", "ptsd"),
        ("may help", "modal_hedge"),
    ],
)
def test_a_row_is_found_as_a_reader_sees_it(text: str, row: str) -> None:
    assert row in found(text)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("May 4, an anxious month", "goal"),
        ("a horsepower figure", "veterinary"),
        ("whole", "who"),
        ("the candy", "modal_can"),
    ],
)
def test_a_near_miss_is_not(text: str, row: str) -> None:
    assert row not in found(text)


@given(st.text(max_size=200))
def test_folding_keeps_offsets(text: str) -> None:
    folded, places = fold(text)
    assert len(places) == len(folded) + 1
    assert list(places) == sorted(places)
    assert all(0 <= p <= len(text) for p in places)


def test_every_parent_is_a_row() -> None:
    assert not {p for row in LEXICON.rows.values() for p in row.is_a if p not in LEXICON.rows}


def test_a_second_folder_adds_phrases_to_a_row(tmp_path: Path) -> None:
    (tmp_path / "concepts.yaml").write_text("- {id: ptsd, type: condition, phrases: [soldier's heart]}\n")
    more = Lexicon.load([data_dir() / "lexicon", tmp_path])
    names = {m.id for m in more.find(more.doc(fold("It helps soldier’s heart and PTSD.")[0]))}
    assert "ptsd" in names
    assert len([m for m in more.find(more.doc(fold("soldier’s heart and PTSD")[0])) if m.id == "ptsd"]) == 2


def test_a_broken_row_is_refused_by_file_line_and_id(tmp_path: Path) -> None:
    (tmp_path / "concepts.yaml").write_text("- {id: a, type: x, phrases: [y]}\n- id: b\n  type: x\n  phrases: []\n")
    with pytest.raises(DataError, match=r"concepts.yaml:2: b: phrases"):
        Lexicon.load([tmp_path])
