"""The entries that a sentence may make claims about, with features by which the relevance head weighs each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from factcheck.domain import Entry
from factcheck.features import Features
from factcheck.heads import Floats
from factcheck.match import IN_CLAUSE, Candidate, Matcher, akin, speaks_of
from factcheck.measure import years_of
from factcheck.read import Reading

#: Entries that the entry head may add to those found by slots.
TOP_ENTRIES = 6
#: One that names a condition or therapy that the sentence does not is added only where it is so far ahead of the next: the words
#: may be others for the same thing. 0.1, 0.2, 0.3 and 0.45 gave 0.859, 0.855, 0.853 and 0.853 of the behavior lines that are
#: read, and none of them 0.839.
LEAD = 0.1


class Standing(NamedTuple):
    """Where the entry head puts an entry: its score, how far that is below the highest, and its rank (at most TOP_ENTRIES);
    of the highest also how far it is ahead of the next."""

    score: float
    gap: float
    rank: int
    lead: float = 0.0


class Proposal(NamedTuple):
    """An entry that may be meant. `standing` is None where the entry head was not trained on it."""

    entry: Entry
    candidate: Candidate | None
    standing: Standing | None
    features: Features


def rank(scores: Floats) -> list[list[int]]:
    """For each row the places of the TOP_ENTRIES highest scores, highest first; of equal ones the first."""
    most = min(TOP_ENTRIES, scores.shape[1])
    if not most:
        return [[] for _ in scores]
    least = np.partition(scores, -most, axis=1)[:, -most]
    rows, places = np.nonzero(scores >= least[:, None])  # a few more where some are equal
    in_order = np.lexsort((places, -scores[rows, places], rows))
    ranked: list[list[int]] = [[] for _ in scores]
    for row, place in zip(rows[in_order].tolist(), places[in_order].tolist(), strict=True):
        if len(ranked[row]) < most:
            ranked[row].append(place)
    return ranked


def propose(
    reading: Reading,
    scores: Floats,
    matcher: Matcher,
    order: dict[str, int],
    ranking: Sequence[int] | None = None,
) -> list[Proposal]:
    """The entries whose slots are filled, and the highest of the entry head's.

    `scores` are the entry head's for the entries in `order`, `ranking` their `rank` if it is known; an entry that the head does
    not know competes by its slots alone.
    """
    found = matcher.candidates(reading)
    by_id = {c.entry.id: c for c in found}
    ranking = rank(scores[None])[0] if ranking is None else ranking
    names = list(order)
    highest = float(scores[ranking[0]]) if ranking else 0.0
    lead = highest - float(scores[ranking[1]]) if len(ranking) > 1 else 0.0
    proposals = []
    for entry_id in dict.fromkeys([*by_id, *(names[i] for i in ranking)]):
        entry = matcher.by_id.get(entry_id)
        if entry is None:
            continue
        candidate, position = by_id.get(entry_id), order.get(entry_id)
        if candidate is None and not akin(entry.drug, reading.drugs):
            continue
        standing = None
        if position is not None:
            score = float(scores[position])
            place = ranking.index(position) if position in ranking else TOP_ENTRIES
            standing = Standing(score, score - highest, place, lead if place == 0 else 0.0)
        named = candidate is not None or matcher.nameable(entry, reading)
        if not named and (standing is None or standing.lead < LEAD):
            continue
        features = pair_features(reading, entry, candidate, standing, found, named)
        proposals.append(Proposal(entry, candidate, standing, features))
    return proposals


def pair_features(
    reading: Reading,
    entry: Entry,
    candidate: Candidate | None,
    standing: Standing | None,
    found: Sequence[Candidate],
    named: bool = True,
) -> Features:
    """Features of one sentence with one entry. Without a standing, the slots have to tell."""
    f: Features = {"bias": 1.0, f"topic:{entry.topic}": 0.5, "count": len(found) / 5}
    how = "slots" if candidate is not None else "text" if named else "unnamed"
    if standing is not None:
        rank = min(standing.rank, 4)
        f |= {"score": standing.score, "gap": standing.gap, f"rank:{rank}": 1.0}
        f |= {f"{how}&gap": standing.gap, f"{how}&rank:{rank}": 1.0}
    if candidate is None:
        f[how] = 1.0
        if standing is not None and not named:
            f["lead"] = standing.lead
    else:
        heaviest = max((c.weight for c in found if c.reach == IN_CLAUSE), default=0.0)
        own = {
            f"reach:{candidate.reach}": 1.0,
            "weight": candidate.weight / 5,
            "groups": len(candidate.slots.require) / 3,
            "heaviest": float(candidate.weight >= heaviest),
            "behind": (heaviest - candidate.weight) / 5,
            "covered": float(any(candidate.matched < other.matched for other in found)),
        }
        f |= own
        if standing is None:
            f |= {f"unheard:{name}": x for name, x in own.items()} | {"unheard": 1.0}
        else:
            f[f"entry:{entry.id}"] = 1.0
    if any(a.unit == "year" for a in reading.amounts):
        dated = any(q.unit == "year" for q in entry.numbers)
        f[f"year:{'own' if years_of([entry], reading) else 'other' if dated else 'none'}"] = 1.0
    if not speaks_of(entry.drug, reading.drugs):
        f["other drug"] = 1.0
    if entry.drug == "esketamine" and "esketamine" in reading.drugs:
        f["esketamine"] = 1.0
    return f
