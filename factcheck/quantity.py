"""Numbers with their units, as a sentence gives them: digits, words and ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "hundred": 100,
}  # fmt: skip
#: "A few minutes", "several days": read as the least that people mean by them.
_VAGUE = {"few": 3.0, "several": 3.0, "couple": 2.0}
_FRACTIONS = {"half": 50.0, "third": 33.3, "thirds": 66.7, "quarter": 25.0, "quarters": 75.0}
#: Unit words, singular and plural, and the unit that they stand for; times are turned into the smallest that is exact.
_UNITS = {
    "%": "%", "percent": "%", "pct": "%", "minute": "minutes", "min": "minutes", "hour": "hours", "hr": "hours", "day": "days",
    "week": "weeks", "month": "months", "year": "years", "mg": "mg", "milligram": "mg", "patient": "people", "people": "people",
    "participant": "people", "infusion": "infusions", "session": "infusions", "treatment": "count", "antidepressant": "medicines",
    "medication": "medicines", "medicine": "medicines", "pill": "medicines",
    "mmhg": "mmHg", "point": "points", "dollar": "USD", "usd": "USD",
}  # fmt: skip
#: Hours in each unit of time, for comparing "two days" with "48 hours".
HOURS = {"minutes": 1 / 60, "hours": 1.0, "days": 24.0, "weeks": 168.0, "months": 730.0, "years": 8766.0}
_NUMBER = re.compile(r"\A\$?\d[\d,]*(?:\.\d+)?%?$")
_YEAR = re.compile(r"(?:19|20)\d\d(?:s)?$")
#: Words, beside those with digits, that an amount can begin with.
_BEGINNINGS = frozenset({*_WORDS, *_VAGUE, "a", "an", "half"})
#: What may follow the first of two numbers that give a share.
_AMONG = frozenset({"in", "out"})
#: Words after which "a week" says how often, not how long.
_TIMES = frozenset(
    "once twice thrice times time sessions infusions treatments doses visits appointments days hours mg".split()
)
#: Words before a bare number that make it an age in years.
_AGED = frozenset({"age", "aged", "ages"})
_LINKS = frozenset({"to", "or", "and", "~"})


class Amount(NamedTuple):
    """A number or range in a unit, with the tokens [start, end) that say it."""

    low: float
    high: float
    unit: str
    start: int
    end: int


def amounts(lowers: Sequence[str]) -> Iterator[Amount]:
    """The amounts of a sentence, in order. A year is an amount in the unit `year`; a bare number has the unit `count`."""
    i, n = 0, len(lowers)
    while i < n:
        if lowers[i] not in _BEGINNINGS and not lowers[i][:1].isdigit() and lowers[i][:1] != "$":
            i += 1  # most words
            continue
        share, after = _share(lowers, i) if i + 2 < n and lowers[i + 1] in _AMONG else (None, i)
        if share is not None:
            yield Amount(share, share, "%", i, after)
            i = after
            continue
        if len(lowers[i]) > 3 and _YEAR.match(lowers[i]):
            year = float(lowers[i][:4])
            yield Amount(year, year + 9 if lowers[i].endswith("s") else year, "year", i, i + 1)
            i += 1
            continue
        if lowers[i] == "$" and i + 1 < n and _NUMBER.match(lowers[i + 1]):
            dollars = float(lowers[i + 1].replace(",", ""))
            yield Amount(dollars, dollars, "USD", i, i + 2)
            i += 2
            continue
        value, after = _value(lowers, i)
        if value is None or (lowers[i] in ("a", "an") and i and lowers[i - 1] in _TIMES):
            i += 1
            continue
        low = high = value
        end = after
        unit, unit_end = _unit(lowers, end, lowers[end - 1] if lowers[end - 1] == "dozen" else lowers[i])
        link = unit_end if unit else end
        if link < n:
            step = link + 1 if lowers[link] in _LINKS else link
            second, second_end = _value(lowers, step) if step < n else (None, 0)
            if second is not None and second > value and not _YEAR.match(lowers[step]):
                second_unit, second_unit_end = _unit(lowers, second_end, lowers[step])
                if second_unit and (not unit or unit == second_unit or (unit in HOURS and second_unit in HOURS)):
                    scale = HOURS[second_unit] / HOURS[unit] if unit in HOURS and second_unit in HOURS else 1.0
                    high, unit_end = second * scale, second_unit_end
                    unit = unit or second_unit
        if not unit and i and lowers[i - 1] in _AGED:
            unit, unit_end = "years", end
        if unit:
            yield Amount(low, high, unit, i, unit_end)
            i = unit_end
        else:
            i = end


def _share(lowers: Sequence[str], i: int) -> tuple[float | None, int]:
    """A share given as two numbers ("nine in ten", "8 out of 10 patients"), in percent, and where it ends."""
    part, after = _count(lowers, i)
    if part is None or after >= len(lowers):
        return None, i
    if lowers[after] == "out" and lowers[after + 1 : after + 2] and lowers[after + 1] == "of":
        after += 2
    elif lowers[after] == "in":
        after += 1
    else:
        return None, i
    whole, after = _count(lowers, after)
    if whole is None or whole < 2 or part > whole:
        return None, i
    return round(100 * part / whole, 1), after


def _count(lowers: Sequence[str], i: int) -> tuple[float | None, int]:
    """A whole number below a thousand, and where it ends."""
    if i >= len(lowers):
        return None, i
    if lowers[i].isascii() and lowers[i].isdigit() and len(lowers[i]) < 4:
        return float(lowers[i]), i + 1
    return (float(_WORDS[lowers[i]]), i + 1) if lowers[i] in _WORDS else (None, i)


def _value(lowers: Sequence[str], i: int) -> tuple[float | None, int]:
    word = lowers[i]
    if word.isdigit() and word.isascii():
        return float(word), i + 1
    if _NUMBER.match(word):
        return float(word.strip("$%").replace(",", "")), i + 1
    if word == "half" and list(lowers[i + 1 : i + 3]) == ["a", "dozen"]:
        return 6.0, i + 3
    if word in ("a", "one", "two", "three") and i + 1 < len(lowers) and lowers[i + 1] in _FRACTIONS:
        return _FRACTIONS[lowers[i + 1]], i + 2
    if word in _VAGUE and i + 1 < len(lowers) and _UNITS.get(_singular(lowers[i + 1])) in HOURS:
        return _VAGUE[word], i + 1
    if word == "half":
        return 50.0, i + 1
    if word in ("a", "an") and i + 1 < len(lowers) and _UNITS.get(_singular(lowers[i + 1])) in HOURS:
        return 1.0, i + 1
    if word in _WORDS:
        total = float(_WORDS[word])
        if total >= 20 and total < 100 and i + 1 < len(lowers) and 0 < _WORDS.get(lowers[i + 1], 0) < 10:
            return total + _WORDS[lowers[i + 1]], i + 2
        return total, i + 1
    return None, i


def _unit(lowers: Sequence[str], i: int, first: str) -> tuple[str, int]:
    if first.startswith("$"):
        return "USD", i
    if first.endswith("%"):
        return "%", i
    if first == "half" or (i > 0 and lowers[i - 1] in _FRACTIONS):
        return ("%", i) if i < len(lowers) and lowers[i] in ("of", "the") else ("", i)
    if i >= len(lowers):
        return "", i
    if lowers[i] == "per" and i + 1 < len(lowers) and lowers[i + 1] == "cent":
        return "%", i + 2
    if (
        lowers[i] in ("mg", "mg/kg")
        and i + 2 < len(lowers)
        and (lowers[i + 1] in ("/", "per"))
        and lowers[i + 2].startswith(("kg", "kilo"))
    ):
        return "mg/kg", i + 3
    if lowers[i] == "mg/kg":
        return "mg/kg", i + 1
    if lowers[i] in ("out", "in") and i + 2 < len(lowers) and lowers[i + 1] in ("of", "ten"):
        return "", i
    unit = _UNITS.get(_singular(lowers[i]), "")
    return (unit, i + 1) if unit else ("", i)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > 2 else word
