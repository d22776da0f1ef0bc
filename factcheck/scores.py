"""Scores of predicted labels against gold: F1 per label, macro-F1, flagged and claim F1, calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from factcheck.domain import Label


@dataclass(frozen=True, slots=True)
class Outcome:
    """One sentence: its gold label, the predicted one, and the probability given to it."""

    gold: Label
    predicted: Label
    confidence: float


@dataclass(frozen=True, slots=True)
class F1:
    """Precision, recall and their harmonic mean; 0 where undefined."""

    precision: float
    recall: float
    f1: float
    support: int


def f1(outcomes: Sequence[Outcome], positive: Callable[[Label], bool]) -> F1:
    """F1 of the outcomes, the labels for which `positive` holds taken as one."""
    both = sum(positive(o.gold) and positive(o.predicted) for o in outcomes)
    said = sum(positive(o.predicted) for o in outcomes)
    true = sum(positive(o.gold) for o in outcomes)
    precision, recall = both / said if said else 0.0, both / true if true else 0.0
    # As a mean of the two, so that its last digit is that of the scorers that others use.
    mean = 2 * precision * recall / (precision + recall) if both else 0.0
    return F1(precision, recall, mean, true)


def accuracy(outcomes: Sequence[Outcome]) -> float:
    """Share of right labels."""
    return sum(o.gold is o.predicted for o in outcomes) / len(outcomes) if outcomes else 0.0


def macro_f1(outcomes: Sequence[Outcome]) -> float:
    """Mean F1 over the labels that the gold has."""
    labels = {o.gold for o in outcomes}
    return float(np.mean([f1(outcomes, label.__eq__).f1 for label in labels])) if labels else 0.0


def flagged_f1(outcomes: Sequence[Outcome]) -> float:
    """F1 of overstated or contradicted against the rest."""
    return f1(outcomes, _flagged).f1


def claim_f1(outcomes: Sequence[Outcome]) -> float:
    """F1 of claim (any label but no_claim) against no claim."""
    return f1(outcomes, _claim).f1


def calibration_error(outcomes: Sequence[Outcome], bins: int = 10) -> float:
    """Expected calibration error: mean gap between confidence and accuracy over equal-width bins (Guo et al., 2017)."""
    if not outcomes:
        return 0.0
    gap = 0.0
    for b in range(bins):
        inside = [o for o in outcomes if min(int(o.confidence * bins), bins - 1) == b]
        gap += abs(sum(o.confidence for o in inside) - sum(o.gold is o.predicted for o in inside))
    return gap / len(outcomes)


def accuracy_of_surest(outcomes: Sequence[Outcome], percent: int) -> float:
    """Accuracy of the given percentage of outcomes, the most confident ones; of equally confident ones the right come first."""
    ranked = sorted(((o.confidence, o.gold is o.predicted) for o in outcomes), reverse=True)[
        : len(outcomes) * percent // 100
    ]
    return sum(right for _, right in ranked) / len(ranked) if ranked else 0.0


def intervals(outcomes: Sequence[Outcome], *, samples: int = 1000, seed: int = 0) -> dict[str, tuple[float, float]]:
    """95 % bootstrap intervals (percentile method; Efron and Tibshirani, 1993) of accuracy, macro-F1, flagged F1 and claim F1.

    All four depend only on how often each pair of gold and predicted label occurs, and those counts in a resample of whole
    outcomes are multinomial; so the counts are drawn. The same outcomes give the same intervals. Outcomes are taken as
    independent, though sentences of one page or group are not quite.
    """
    if not outcomes:
        return {}
    labels = list(Label)
    cells = np.zeros((len(labels), len(labels)))
    for o in outcomes:
        cells[labels.index(o.gold), labels.index(o.predicted)] += 1
    n = len(outcomes)
    drawn = (
        np.random.default_rng(seed).multinomial(n, cells.reshape(-1) / n, size=samples).reshape(samples, *cells.shape)
    )
    gold, said, right = drawn.sum(axis=2), drawn.sum(axis=1), np.einsum("sii->si", drawn)
    whole = _harmonic(np.diagonal(cells), cells.sum(axis=1), cells.sum(axis=0))
    by_label = np.where(gold > 0, _harmonic(right, gold, said), whole)  # a rare label may be missing from a draw
    values = {
        "accuracy": right.sum(axis=1) / n,
        "macro-F1": by_label[:, cells.sum(axis=1) > 0].mean(axis=1),
    }
    for name, positive in (("flagged F1", _flagged), ("claim F1", _claim)):
        mask = np.asarray([positive(x) for x in labels])
        values[name] = _harmonic(
            drawn[:, mask][:, :, mask].sum(axis=(1, 2)), gold[:, mask].sum(axis=1), said[:, mask].sum(axis=1)
        )
    return {
        name: (float(np.quantile(draws, 0.025)), float(np.quantile(draws, 0.975))) for name, draws in values.items()
    }


def _harmonic(both: NDArray[Any], gold: NDArray[Any], said: NDArray[Any]) -> NDArray[Any]:
    f1: NDArray[Any] = 2 * both / np.maximum(gold + said, 1)
    return f1


def summary(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The scores by name."""
    flagged = f1(outcomes, _flagged)
    return {
        "accuracy": accuracy(outcomes),
        "macro-F1": macro_f1(outcomes),
        "flagged F1": flagged.f1,
        "flagged precision": flagged.precision,
        "flagged recall": flagged.recall,
        "claim F1": claim_f1(outcomes),
        "calibration error": calibration_error(outcomes),
        "accuracy of surest 80 %": accuracy_of_surest(outcomes, 80),
    }


def _flagged(label: Label) -> bool:
    return label.flagged


def _claim(label: Label) -> bool:
    return label is not Label.NO_CLAIM
