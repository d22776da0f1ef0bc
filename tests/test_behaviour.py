"""The behavior suite that ships with the project: its form, and the floors that its scores must not fall below."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from factcheck.check import FactChecker
from factcheck.domain import Label
from factcheck.evaluate import evaluate
from factcheck.floors import below, load_floors
from factcheck.gold import Gold, Kind, load_gold
from factcheck.paths import data_dir

SUITE = data_dir() / "gold" / "behaviour"
FLOORS = data_dir() / "gold" / "floors.json"
pytestmark = pytest.mark.skipif(not any(SUITE.rglob("*.yaml")), reason="no behavior suite in data/gold/behaviour")


@pytest.fixture(scope="module")
def parts() -> list[Gold]:
    return load_gold(SUITE)


def test_there_are_enough_lines_of_every_kind_half_of_them_unread(parts: list[Gold]) -> None:
    assert [p.name for p in parts] == ["behaviour/read", "behaviour/unread"]
    read, unread = (len(p.lines) for p in parts)
    assert read + unread >= 1000
    assert 0.4 <= unread / (read + unread) <= 0.6
    for part in parts:
        assert {line.kind for line in part.lines} == set(get_args(Kind))
        assert {line.label for line in part.lines} == set(Label)


def test_no_sentence_stands_twice_and_most_groups_hold_more_than_one_label(parts: list[Gold]) -> None:
    lines = [line for part in parts for line in part.lines]
    twice = [key for key, n in Counter((line.text, line.before) for line in lines).items() if n > 1]
    assert not twice
    groups: dict[str | None, set[Label]] = {}
    for line in lines:
        groups.setdefault(line.group, set()).add(line.label)
    contrasting = sum(len(labels) > 1 for labels in groups.values())
    assert contrasting >= len(groups) / 2


def test_entries_that_lines_name_exist(parts: list[Gold]) -> None:
    known = FactChecker.load().entries
    assert {entry for part in parts for line in part.lines for entry in line.entries} <= set(known)


@pytest.mark.skipif(not FLOORS.is_file(), reason="no floors are pinned")
def test_scores_do_not_fall_below_their_floors(parts: list[Gold]) -> None:
    checker, floors = FactChecker.load(), load_floors(FLOORS)
    short = [s for p in parts for s in below(floors, p.name, p.digest, evaluate(p, checker).scores)]
    assert not short
