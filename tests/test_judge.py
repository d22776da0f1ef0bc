"""Both tables of docs/labels.md, cell by cell, spelled out here a second time; and what holds for any reading of them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.domain import Grade, Label, Stance, Strength
from factcheck.judge import verdict, worst

STRENGTHS = ["hedged", "qualified", "flat", "absolute"]

ASSERTS = """
established  supported     supported     supported     overstated
strong       supported     supported     overstated    overstated
bounded      supported     supported     overstated    contradicted
mixed        supported     overstated    overstated    overstated
absent       overstated    overstated    contradicted  contradicted
contrary     contradicted  contradicted  contradicted  contradicted
"""

# hedged: "may not"; qualified: "no evidence that"; flat: "does not"; an absolute denial counts as a flat one.
DENIES = """
established  overstated    contradicted  contradicted  contradicted
strong       overstated    contradicted  contradicted  contradicted
bounded      supported     supported     overstated    overstated
mixed        supported     supported     overstated    overstated
absent       supported     supported     supported     supported
contrary     supported     supported     supported     supported
"""


def cells() -> list[tuple[str, str, str, str]]:
    found = []
    for stance, table in (("asserts", ASSERTS), ("denies", DENIES)):
        for row in table.split("\n"):
            if row:
                grade, *labels = row.split()
                found += [(stance, strength, grade, label) for strength, label in zip(STRENGTHS, labels, strict=True)]
    return found


@pytest.mark.parametrize(("stance", "strength", "grade", "label"), cells())
def test_every_cell(stance: str, strength: str, grade: str, label: str) -> None:
    assert verdict(Stance(stance), Strength(strength), Grade(grade)) is Label(label)


def test_the_tables_are_whole() -> None:
    decided = {(stance, strength, grade) for stance, strength, grade, _ in cells()}
    every = itertools.product(("asserts", "denies"), (s.value for s in Strength), (g.value for g in Grade))
    assert decided == set(every)
    assert [s.value for s in Strength] == STRENGTHS


grades, strengths = st.sampled_from(Grade), st.sampled_from(Strength)


@given(strengths, grades)
def test_a_mention_settles_nothing(strength: Strength, grade: Grade) -> None:
    assert verdict(Stance.MENTIONS, strength, grade) is None


@given(st.sampled_from([Stance.ASSERTS, Stance.DENIES]), grades, strengths, strengths)
def test_a_stronger_wording_never_fares_better(stance: Stance, grade: Grade, one: Strength, other: Strength) -> None:
    weaker, stronger = sorted((one, other), key=lambda s: s.rank)
    mild, severe = verdict(stance, weaker, grade), verdict(stance, stronger, grade)
    assert mild is not None
    assert severe is not None
    assert mild.severity <= severe.severity


@given(grades, grades, strengths)
def test_better_evidence_never_makes_an_assertion_worse(one: Grade, other: Grade, strength: Strength) -> None:
    order = list(Grade)
    better, poorer = sorted((one, other), key=order.index)
    mild, severe = (verdict(Stance.ASSERTS, strength, grade) for grade in (better, poorer))
    assert mild is not None
    assert severe is not None
    # One step of the tables is meant to differ: "completely safe" is contradicted, "always works for PTSD" only overstated.
    if (better, strength) != (Grade.BOUNDED, Strength.ABSOLUTE):
        assert mild.severity <= severe.severity


@given(grades, strengths)
def test_a_claim_and_its_denial_are_never_both_contradicted(grade: Grade, strength: Strength) -> None:
    both = {verdict(stance, strength, grade) for stance in (Stance.ASSERTS, Stance.DENIES)}
    assert both != {Label.CONTRADICTED}


@given(st.lists(st.sampled_from([None, *Label])))
def test_the_worst_settled_label_wins(labels: list[Label | None]) -> None:
    settled = [label for label in labels if label]
    result = worst(labels)
    if not settled:
        assert result is None
    else:
        assert result in settled
        assert all(result.severity >= label.severity for label in settled)


def test_severity_is_the_order_of_fail_on() -> None:
    assert sorted(Label, key=lambda label: label.severity) == [
        Label.NO_CLAIM,
        Label.SUPPORTED,
        Label.UNVERIFIED,
        Label.OVERSTATED,
        Label.CONTRADICTED,
    ]
    assert [label for label in Label if label.flagged] == [Label.OVERSTATED, Label.CONTRADICTED]
