"""Numbers settle the claims that they measure: a sentence's amounts against the ranges of an entry."""

from __future__ import annotations

from collections.abc import Iterable

from factcheck.domain import Entry, Grade, Label, Quantity
from factcheck.match import IN_CLAUSE, Candidate
from factcheck.quantity import HOURS, Amount
from factcheck.read import FALSITY, Reading

#: Units whose value is a fact and not a degree: another value is wrong, not exaggerated.
_EXACT = frozenset({"year", "mg/kg", "mg"})
#: A percentage or time may miss the range by this much (of the bound) and still be the same figure: a month for four weeks.
_ROUNDING = 0.09
#: A duration or price this many times the evidence's bound is no longer exaggeration but another fact (a year for two weeks).
_ANOTHER_FACT = 12.0
#: Topics in which less than the evidence says is as wrong as more, since neither exaggerates an effect; three times is
#: another fact.
_BOTH_WAYS = frozenset({"dosing", "practice", "cost"})
_ANOTHER_PRACTICE = 3.0
#: Topics in which an age or a number of medicines is the least that a rule asks for.
_LEAST = frozenset({"eligibility", "approval"})
#: A share of people harmed so many times the evidence's bound is exaggerated.
_MANY_MORE = 2.0
#: An established share of people that is made so many times smaller is denied.
_FAR_FEWER = 5.0


def years_of(entries: Iterable[Entry], reading: Reading) -> frozenset[Amount]:
    """The years of a sentence that one of these entries gives, and which therefore are no wrong years of another: in "approved in
    1970 and first made in 1962" each has its own."""
    years = [a for a in reading.amounts if a.unit == "year"]
    known = [q for entry in entries for q in entry.numbers if q.unit == "year"] if years else []
    return frozenset(a for a in years for q in known if (q.low or a.low) <= a.low and a.high <= (q.high or a.high))


#: Cues beside which a right figure is no support: it speaks for a claim that is made, not for one that is denied.
_DENYING = frozenset({"negation", "affix", "doubt", "uncertain", FALSITY})


def measure(
    entry: Entry, reading: Reading, candidate: Candidate | None, elsewhere: frozenset[Amount] = frozenset()
) -> Label | None:
    """The verdict of the sentence's numbers on an entry, or None where they say nothing on it.

    Overlap with a range of the same unit supports; beyond it in the direction of the claim overstates; an exact value (a year, a
    dose) that differs contradicts. In topic `history` a year of the same decade is right; one of `elsewhere`, which another entry
    that the sentence speaks of gives, is not held against this one.
    """
    if not entry.numbers or not reading.amounts:
        return None
    said = reading.amounts
    if candidate is None:  # a number of infusions may be of a clinic's years, not of one course
        said = tuple(a for a in said if a.unit != "infusions")
    if candidate is not None and candidate.reach == IN_CLAUSE:
        said = tuple(a for a in said if candidate.clause.start <= a.start < candidate.clause.end)
    verdicts = []
    for amount in said:
        ranges = _ranges(entry, reading, amount)
        if ranges:
            verdict = _compare(amount, ranges, entry)
            if not (verdict is Label.CONTRADICTED and amount in elsewhere):
                verdicts.append(verdict)
    settled = [v for v in verdicts if v is not None]
    if not settled:
        return None
    worst = max(settled, key=lambda v: v.severity)
    denied = (
        candidate.clause.cues if candidate is not None and candidate.reach == IN_CLAUSE else reading.cues
    ) & _DENYING
    return None if worst is Label.SUPPORTED and denied else worst


def _ranges(entry: Entry, reading: Reading, amount: Amount) -> list[tuple[float, float]]:
    """The entry's bounds in the amount's unit; where the sentence calls a time by its name ("half-life"), those alone."""
    comparable = [(q.name, r) for q in entry.numbers if (r := _range(q, amount)) is not None]
    if len(comparable) > 1 and amount.unit in HOURS:
        said = " ".join(reading.lowers)
        comparable = [(name, r) for name, r in comparable if name.replace("-", " ") in said] or comparable
    return [r for _, r in comparable]


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
    top, bottom = max(high for _, high in ranges), min(low for low, _ in ranges)
    if entry.topic in _LEAST and amount.unit in ("years", "medicines"):
        return Label.CONTRADICTED if amount.high < bottom else None
    times = amount.unit in HOURS or amount.unit in ("USD", "infusions")
    far = _ANOTHER_PRACTICE if entry.topic in _BOTH_WAYS else _ANOTHER_FACT
    if times and amount.low > far * top and entry.topic not in ("safety", "dependence"):
        return Label.CONTRADICTED
    if amount.unit == "%" and entry.topic == "safety" and amount.low > _MANY_MORE * top:
        return Label.OVERSTATED
    if entry.topic in ("onset", "safety", "dependence"):
        if entry.topic == "safety" and times and amount.high * _ANOTHER_PRACTICE <= bottom:
            return Label.CONTRADICTED
        return Label.OVERSTATED if amount.high < bottom else None
    if amount.low > top:
        return Label.OVERSTATED
    if amount.unit == "%" and entry.grade is Grade.ESTABLISHED and amount.high * _FAR_FEWER < bottom:
        return Label.CONTRADICTED
    return Label.CONTRADICTED if times and entry.topic in _BOTH_WAYS and amount.high * far < bottom else None
