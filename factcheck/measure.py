"""Numbers settle the claims that they measure: a sentence's amounts against the ranges of an entry."""

from __future__ import annotations

from factcheck.domain import Entry, Label, Quantity
from factcheck.match import IN_CLAUSE, Candidate
from factcheck.quantity import HOURS, Amount
from factcheck.read import Reading

#: Units whose value is a fact and not a degree: another value is wrong, not exaggerated.
_EXACT = frozenset({"year", "mg/kg", "mg"})
#: A percentage or time may miss the range by this much (of the bound) and still be called the same figure: 45 for 46.5.
_ROUNDING = 0.07
#: A duration this many times the evidence's upper bound is no longer exaggeration but another fact (a year for two weeks).
_ANOTHER_FACT = 12.0


def measure(entry: Entry, reading: Reading, candidate: Candidate | None) -> Label | None:
    """The verdict of the sentence's numbers on an entry, or None where they say nothing on it.

    Overlap with a range of the same unit supports; beyond it in the direction of the claim overstates; an exact value (a year, a
    dose) that differs contradicts. In topic `history` a year of the same decade is right.
    """
    if not entry.numbers or not reading.amounts or candidate is None:
        return None
    said = reading.amounts
    if candidate.reach == IN_CLAUSE:
        said = tuple(a for a in said if candidate.clause.start <= a.start < candidate.clause.end)
    verdicts = []
    for amount in said:
        ranges = [r for q in entry.numbers if (r := _range(q, amount)) is not None]
        if ranges:
            verdicts.append(_compare(amount, ranges, entry))
    settled = [v for v in verdicts if v is not None]
    if not settled:
        return None
    return max(settled, key=lambda v: v.severity)


def _range(quantity: Quantity, amount: Amount) -> tuple[float, float] | None:
    """The quantity's bounds in the amount's unit, or None where the units differ."""
    low = float("-inf") if quantity.low is None else quantity.low
    high = float("inf") if quantity.high is None else quantity.high
    if quantity.unit == amount.unit and amount.unit not in ("count", "people", "points"):
        return low, high
    if quantity.unit in HOURS and amount.unit in HOURS:
        scale = HOURS[quantity.unit] / HOURS[amount.unit]
        return low * scale, high * scale
    return None


def _compare(amount: Amount, ranges: list[tuple[float, float]], entry: Entry) -> Label | None:
    if amount.unit == "year" and entry.topic == "history":
        same = any(int(low) // 10 == int(amount.low) // 10 for low, _ in ranges)
        return Label.SUPPORTED if same else Label.CONTRADICTED
    slack = 0.0 if amount.unit in _EXACT else _ROUNDING
    if any(amount.low <= high * (1 + slack) and amount.high >= low * (1 - slack) for low, high in ranges):
        inside = any(amount.high <= high * (1 + slack) for _, high in ranges)
        return Label.SUPPORTED if inside or entry.topic == "onset" or amount.unit in _EXACT else Label.OVERSTATED
    if amount.unit in _EXACT:
        return Label.CONTRADICTED
    if entry.topic in ("onset", "safety", "dependence"):
        return Label.OVERSTATED if amount.high < min(low for low, _ in ranges) else None
    top = max(high for _, high in ranges)
    if amount.low <= top:
        return None
    return Label.CONTRADICTED if amount.unit in HOURS and amount.low > _ANOTHER_FACT * top else Label.OVERSTATED
