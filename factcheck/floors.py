"""Floors that scores must not fall below: pinned in a file with the hash of the gold, lowered only on purpose."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from factcheck.border import DataError, read_text
from factcheck.domain import FactcheckError
from factcheck.evaluate import CEILINGS

#: Floors are kept to this many decimals, rounded away from the measured value: what falls short by less is not a change.
_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A score on the wrong side of its floor (or ceiling)."""

    gold: str
    score: str
    floor: float
    value: float


class Pinned(BaseModel):
    """The floors of one gold set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str
    floors: dict[str, float]


Floors = dict[str, Pinned]


def load_floors(path: Path) -> Floors:
    """The floors of each gold set, by its name; none where the file does not exist. Raises `DataError` where it does not fit."""
    if not path.exists():
        return {}
    try:
        raw = json.loads(read_text(path))
        if not isinstance(raw, dict):
            raise DataError(f"{path}: expected an object of gold sets")
        return {str(name): Pinned.model_validate(row) for name, row in raw.items()}
    except ValidationError as error:
        first = error.errors()[0]
        raise DataError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError:
        raise DataError(f"{path}: broken JSON") from None


def below(floors: Floors, gold: str, digest: str, scores: Mapping[str, float]) -> list[Shortfall]:
    """The scores of a gold set that fall short.

    Raises `FactcheckError` where no floors are pinned for it, or they were pinned on other sentences.
    """
    pinned = floors.get(gold)
    if pinned is None:
        raise FactcheckError(f"{gold}: no floors are pinned for it; pin them with --pin")
    if pinned.sha256 != digest:
        raise FactcheckError(f"{gold}: its files are not those that the floors were pinned on; pin again with --pin")
    return [
        Shortfall(gold, name, floor, scores.get(name, math.nan))
        for name, floor in pinned.floors.items()
        if not _reaches(name, scores.get(name, math.nan), floor)
    ]


def pin(
    floors: Floors, gold: str, digest: str, scores: Mapping[str, float], names: Sequence[str], *, lower: bool
) -> Floors:
    """The floors with those of one gold set raised to its scores.

    A floor that the scores do not reach stays an error unless `lower` is given. `names`: the scores to pin.

    Raises `FactcheckError` naming each floor that would be lowered.
    """
    fresh = {name: _rounded(name, scores[name]) for name in names if name in scores}
    old = floors[gold].floors if gold in floors else {}
    lowered = [n for n, floor in old.items() if n not in fresh or not _reaches(n, fresh[n], floor)]
    if lowered and not lower:
        moves = ", ".join(f"{n} from {old[n]:g} to {fresh.get(n, math.nan):g}" for n in lowered)
        raise FactcheckError(f"{gold}: would lower {moves}; say --lower if that is meant")
    return {**floors, gold: Pinned(sha256=digest, floors=fresh)}


def save_floors(path: Path, floors: Floors) -> None:
    """Write the floors. Raises `FactcheckError` where that fails."""
    text = json.dumps({name: row.model_dump() for name, row in sorted(floors.items())}, indent=2, ensure_ascii=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise FactcheckError(f"{path}: cannot be written ({(error.strerror or str(error)).lower()})") from None


def _reaches(name: str, value: float, floor: float) -> bool:
    return value <= floor if name in CEILINGS else value >= floor


def _rounded(name: str, value: float) -> float:
    scale = 10.0**_DECIMALS
    away = math.ceil if name in CEILINGS else math.floor
    return away(value * scale) / scale
