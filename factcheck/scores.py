"""Scores of predicted labels against gold: F1 per label, macro-F1, flagged and claim F1, calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

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
    return F1(precision, recall, 2 * both / (said + true) if said + true else 0.0, true)


def accuracy(outcomes: Sequence[Outcome]) -> float:
    """Share of right labels."""
    return sum(o.gold is o.predicted for o in outcomes) / len(outcomes) if outcomes else 0.0


def macro_f1(outcomes: Sequence[Outcome]) -> float:
    """Mean F1 over the labels that the gold has."""
    labels = {o.gold for o in outcomes}
    return float(np.mean([f1(outcomes, label.__eq__).f1 for label in labels])) if labels else 0.0


def flagged_f1(outcomes: Sequence[Outcome]) -> float:
    """F1 of overstated or contradicted against the rest."""
    return f1(outcomes, lambda x: x.flagged).f1


def claim_f1(outcomes: Sequence[Outcome]) -> float:
    """F1 of claim (any label but no_claim) against no claim."""
    return f1(outcomes, lambda x: x is not Label.NO_CLAIM).f1


def calibration_error(outcomes: Sequence[Outcome], bins: int = 10) -> float:
    """Expected calibration error: mean gap between confidence and accuracy over equal-width bins (Guo et al., 2017)."""
    if not outcomes:
        return 0.0
    gap = 0.0
    for b in range(bins):
        inside = [o for o in outcomes if min(int(o.confidence * bins), bins - 1) == b]
        gap += abs(sum(o.confidence for o in inside) - sum(o.gold is o.predicted for o in inside))
    return gap / len(outcomes)


def accuracy_of_surest(outcomes: Sequence[Outcome], share: float) -> float:
    """Accuracy of the given share of outcomes, the most confident ones."""
    ranked = sorted(outcomes, key=lambda o: -o.confidence)
    return accuracy(ranked[: int(len(ranked) * share)])


def interval(
    outcomes: Sequence[Outcome], score: Callable[[Sequence[Outcome]], float], *, samples: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """95 % bootstrap interval of a score (percentile method), the same for the same outcomes."""
    rng = np.random.default_rng(seed)
    draws = [score([outcomes[i] for i in rng.integers(0, len(outcomes), len(outcomes))]) for _ in range(samples)]
    return float(np.quantile(draws, 0.025)), float(np.quantile(draws, 0.975))


def summary(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The scores by name."""
    flagged = f1(outcomes, lambda x: x.flagged)
    return {
        "accuracy": accuracy(outcomes),
        "macro-F1": macro_f1(outcomes),
        "flagged F1": flagged.f1,
        "flagged precision": flagged.precision,
        "flagged recall": flagged.recall,
        "claim F1": claim_f1(outcomes),
        "calibration error": calibration_error(outcomes),
        "accuracy of surest 80 %": accuracy_of_surest(outcomes, 0.8),
    }
